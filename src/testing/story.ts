/**
 * A run, told so that a person can follow it.
 *
 * @module
 */

import { inWords } from "../kernel/aggregate.ts";
import type { StepNotes } from "./notes.ts";
import type { TraceStep } from "./recording_queue.ts";

/** What a story is made of. */
export interface StorySource {
  readonly trace: readonly TraceStep[];
  readonly notes: readonly StepNotes[];
  readonly error: unknown;
}

/** How many lines of a story are told; of a longer one the middle is left out. */
const most = 120;

/** Tells who ran, what it did, and how it gave up the thread, one line for each stretch of one task. */
export function tell({ trace, notes, error }: StorySource): string {
  const lines: string[] = [];
  let at = 0;
  while (at < trace.length) {
    const first = at;
    const { task, name, time } = trace[first];
    while (at < trace.length && trace[at].task === task && trace[at].time === time) at++;
    lines.push(lineOf(trace, notes, first, at, `${task} '${name}'`));
  }
  const switches = trace.filter((step, at) => at > 0 && step.task !== trace[at - 1].task).length;
  const left = lines.length - most;
  if (left > 0) lines.splice(most / 2, left, `  … ${left} lines left out …`);
  return [
    `${trace.length} steps, ${switches} ${switches === 1 ? "switch" : "switches"} between tasks:`,
    ...lines,
    `Then it failed: ${inWords(error)}`,
  ].join("\n");
}

function lineOf(
  trace: readonly TraceStep[],
  notes: readonly StepNotes[],
  first: number,
  end: number,
  who: string,
): string {
  const steps = notes.slice(first, end);
  const spawned = steps.flatMap((step) => step.spawned);
  const did: string[] = [];
  const count = end - first;
  if (count > 1) did.push(`takes ${count} steps`);
  if (spawned.length > 0) did.push(`spawns ${spawned.join(", ")}`);
  did.push(leaving(steps.at(-1)));
  const number = count === 1 ? `${first + 1}` : `${first + 1}-${end}`;
  return `  ${number.padStart(7)}  at ${Number(trace[first].time.toFixed(3))} ms  task ${who} ${
    did.join(", ")
  }`;
}

function leaving(step: StepNotes | undefined): string {
  if (step === undefined) return "runs";
  if (step.over) return `ends: ${step.ended.join(", ")}`;
  const others = step.ended.length > 0 ? ` (${step.ended.join(", ")})` : "";
  return step.waitsFor === undefined
    ? `stays ready${others}`
    : `waits for ${step.waitsFor}${others}`;
}
