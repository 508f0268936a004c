/**
 * What can only be found out by trying.
 *
 * @module
 */

import { jobsFrom, ParallelPool } from "../../../mod.ts";
import { errorText } from "../error_record.ts";
import type { Finding } from "./finding.ts";
import { isPermitted } from "./runtime.ts";

const jobs = jobsFrom<{ answer(): number }>(
  "data:text/javascript,export const answer = () => 6 * 7;",
);
/** How long a worker may take to start and answer, in milliseconds. */
const patience = 10_000;

/** Runs a job on a worker of each kind. */
export async function trials(): Promise<Finding[]> {
  if (isPermitted("run")) return [await trial("thread"), await trial("process")];
  return [await trial("thread"), { what: "process", text: "not tried: it needs --allow-run" }];
}

async function trial(isolation: "thread" | "process"): Promise<Finding> {
  const what = isolation === "thread" ? "worker" : "process";
  const began = performance.now();
  try {
    const pool = new ParallelPool({ size: 1, isolation });
    try {
      const answer = await pool.submit(jobs.answer(), { deadline: Date.now() + patience });
      if (answer !== 42) throw new Error(`it answered ${answer}, not 42`);
    } finally {
      await pool.close({ drain: false });
    }
    const ms = (performance.now() - began).toFixed(0);
    return { what, text: `a ${isolation} was started, did a job, and ended, in ${ms} ms` };
  } catch (error) {
    return {
      what,
      text: `a ${isolation} did not work: ${errorText(error)}`,
      // The command itself has no use for processes.
      isProblem: isolation === "thread",
      advice: isolation === "thread"
        ? "--pool green and --pool solo do without"
        : 'only isolation: "process" in programs needs it',
    };
  }
}
