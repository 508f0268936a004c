/**
 * Where tasks were spawned, and which of them an error came up in, for error reports. Taking a stack costs more than a
 * spawn does, so it is off unless a program asks for it (`main` does).
 *
 * @module
 */

import type { TaskNode } from "./task.ts";

/** Where the files of this library lie, whose own frames say nothing about the program. */
const library = new URL("../", import.meta.url).href;

const isBundled = !/\/spawn_trace\.[jt]s$/.test(import.meta.url);

let traced = 0;

/**
 * A task in which an error came up: what is told of it. Not the task itself, which would live as long as its error, and whose
 * end by the collector tells that nobody will ever ask for its failure (see `unseen_failures.ts`).
 */
export type Origin = Pick<TaskNode, "id" | "name" | "parent" | "spawnedAt">;

/** The first task that failed with each error, as far as it is recorded. */
const origins = new WeakMap<object, Origin>();

/** The last that failed with what is no object, and so cannot be told from its like. */
const lastOrigins = new Map<unknown, Origin>();
const remembered = 16;

/**
 * Has every `spawn` and `run` from here on take down where it was made, for reports of failures and of ignored cancellations, and
 * for the `spawnedAt` of an instrument's events. `main` does so by itself. It costs more than the spawn itself.
 *
 * @returns takes the wish back
 */
export function traceSpawns(): () => void {
  traced++;
  let on = true;
  return () => {
    if (on) traced--;
    on = false;
  };
}

/**
 * The stack of the spawn under way, when it is recorded. Its text is not made before someone reads it.
 *
 * @param above the function whose caller spawns; its own frame, and those below, say nothing
 */
export function traceSpawn(above: (...args: never[]) => unknown): Error | null {
  if (traced === 0) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 6;
  const site = new Error("spawned here");
  Error.captureStackTrace?.(site, above);
  Error.stackTraceLimit = limit;
  return site;
}

/** Notes that `task` failed; the error goes on from it to others. */
export function traceFailure(task: TaskNode): void {
  if (traced === 0) return;
  const error = task.value;
  if (typeof error === "object" && error !== null) {
    if (!origins.has(error)) origins.set(error, originAt(task));
  } else if (!isChild(lastOrigins.get(error), task)) {
    lastOrigins.delete(error);
    lastOrigins.set(error, originAt(task));
    if (lastOrigins.size > remembered) lastOrigins.delete(lastOrigins.keys().next().value);
  }
}

/** Whether `task` stands above `origin`, from which it may have the error. */
function isChild(origin: Origin | undefined, task: TaskNode): boolean {
  for (let above = origin?.parent ?? null; above !== null; above = above.parent) {
    if (above === task) return true;
  }
  return false;
}

function originAt({ id, name, parent, cold }: TaskNode): Origin {
  const site = cold?.spawnSite;
  return {
    id,
    name,
    parent,
    get spawnedAt() {
      return site?.stack;
    },
  };
}

/** The task in which `error` came up, when that was recorded. */
export function originOf(error: unknown): Origin | undefined {
  return typeof error === "object" && error !== null ? origins.get(error) : lastOrigins.get(error);
}

/** Where `task` was spawned, as one line of a stack: the code which called this library; when that was recorded. */
export function spawnSiteOf(task: Origin): string | undefined {
  return siteOf(task.spawnedAt);
}

/** The line of a stack that stands for the code which called this library. */
export function siteOf(stack: string | undefined): string | undefined {
  const frames = stack?.split("\n").filter((line) => /:\d+:\d+\)?$/.test(line));
  // In a bundle everything lies in one place; the first frame is then as near as can be told.
  const frame = frames?.find((line) => !line.includes(library)) ??
    (isBundled ? frames?.[0] : undefined);
  return frame?.trim().replace(/^(?!at )/, "at ");
}
