/**
 * The machine, or the part of it that this process may use.
 *
 * @module
 */

import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { defaultSize } from "../../executors/parallel/parallel_options.ts";
import { errorText } from "../error_record.ts";
import { containerLimits, readSystemFile } from "./cgroup.ts";
import { type Finding, memory } from "./finding.ts";

/** What there is of processors, memory and the rest. */
export function machine(): Finding[] {
  const limits = containerLimits();
  return [
    permitted("processors", () => processors(limits.processors)),
    permitted("memory", () => memories(limits.memory)),
    ...openFiles(),
    ...tasks(limits.tasks),
  ];
}

function permitted(what: string, look: () => Finding): Finding {
  try {
    return look();
  } catch (error) {
    return { what, text: `not known: ${errorText(error)}` };
  }
}

function processors(allowed: number | undefined): Finding {
  const present = cpus().length;
  const usable = availableParallelism();
  const workers = defaultSize();
  const text = [
    `${usable}${present > usable ? ` of ${present}` : ""}`,
    ...(allowed === undefined ? [] : [`the container allows the time of ${round(allowed)}`]),
    `a pool has ${workers} worker${workers === 1 ? "" : "s"} unless it is told`,
  ].join("; ");
  if (allowed === undefined || allowed >= workers) return { what: "processors", text };
  const right = Math.max(1, Math.floor(allowed));
  return {
    what: "processors",
    text,
    advice: `more workers than the container lets compute at a time: -c ${right} would do`,
  };
}

function memories(allowed: number | undefined): Finding {
  const heap = getHeapStatistics().heap_size_limit;
  const text = [
    `${memory(totalmem())}, ${memory(freemem())} free`,
    ...(allowed === undefined ? [] : [`the container allows ${memory(allowed)}`]),
    `a thread's heap may grow to ${memory(heap)}`,
  ].join("; ");
  if (allowed === undefined || heap * defaultSize() <= allowed) return { what: "memory", text };
  return {
    what: "memory",
    text,
    advice: "the heaps of all workers together may outgrow the container, which would kill it",
  };
}

function openFiles(): Finding[] {
  const text = readSystemFile("/proc/self/limits");
  const [, soft, hard] = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text ?? "") ??
    [];
  if (soft === undefined) return [];
  const isLow = Number(soft) < 4096;
  return [{
    what: "open files",
    text: `at most ${soft}`,
    ...(isLow
      ? { advice: `few for thousands of files or connections at a time: ulimit -n ${hard}` }
      : {}),
  }];
}

function tasks(allowed: number | undefined): Finding[] {
  if (allowed === undefined) return [];
  return [{ what: "threads", text: `the container allows ${allowed} threads and processes` }];
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
