/**
 * What runtimes make impossible, in the words of somebody who runs jobs.
 *
 * @module
 */

import process from "node:process";
import { type RuntimeName, runtimeName } from "./runtime.ts";

interface Limit {
  readonly on: readonly RuntimeName[];
  readonly text: string;
}

const limits: readonly Limit[] = [
  {
    on: ["Deno"],
    text: "a thread that loops for ever is given up but not stopped: it keeps a core busy until " +
      "the command ends. Its input fails, and the others go on",
  },
  {
    on: ["Deno"],
    text:
      "a job that fills the heap of its thread takes the command down; --resume goes on after it",
  },
  {
    on: ["Node", "Bun"],
    text:
      "while a job loops in the main thread (--pool green, solo or auto) Ctrl-C is not heard; " +
      "--pool parallel is interrupted, and kill -9 ends the others",
  },
  { on: ["Bun"], text: "the heap of a worker cannot be limited" },
];

/** What applies on this runtime. */
export function limitsHere(): string[] {
  const name = runtimeName();
  const here = limits.filter(({ on }) => on.includes(name)).map(({ text }) => text);
  const features = (process as { features?: { typescript?: unknown } }).features;
  if (name === "Node" && !features?.typescript) {
    here.push("this Node does not read TypeScript: jobs must be JavaScript (22.18 and later do)");
  }
  if (process.platform === "win32") {
    here.push("there is no SIGTERM on Windows: it ends the command at once");
  }
  return here;
}
