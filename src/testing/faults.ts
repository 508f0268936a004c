/**
 * What may go wrong around a program, put into a simulation on purpose.
 *
 * @module
 */

import fc from "fast-check";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter } from "../kernel/waiter.ts";
import { describe } from "../kernel/work.ts";
import { liveNodes } from "./live_tasks.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** Something that goes wrong before a certain step. What cannot be done then is left out. */
export type Fault =
  | {
    /** Somebody cancels a task. */
    readonly kind: "cancel";
    /** Before which step, from 0. */
    readonly step: number;
    /** Which one, among those that have not ended but for the program itself, from the oldest; counted on from the start. */
    readonly task: number;
  }
  | {
    /** What a task waits in line for, of a channel, a lock and the like, throws an {@linkcode InjectedError}. */
    readonly kind: "throw";
    /** Before which step, from 0. */
    readonly step: number;
    /** Which one, among those that stand in a line, from the oldest; counted on from the start. */
    readonly task: number;
  }
  | {
    /** The whole process stands still, so that timers are late. */
    readonly kind: "pause";
    /** Before which step, from 0. */
    readonly step: number;
    /** For how long, in milliseconds. */
    readonly ms: number;
  };

/** What an operation throws that is made to fail. */
export class InjectedError extends Error {
  /** `"InjectedError"`. */
  override readonly name = "InjectedError";

  /**
   * Makes one.
   *
   * @param step before which step it was injected
   * @param what what failed
   */
  constructor(step: number, what: string) {
    super(`A fault was injected before step ${step}: ${what} fails`);
  }
}

/** What faults are generated. */
export interface FaultsOptions {
  /**
   * What may go wrong.
   *
   * @default all kinds
   */
  kinds?: readonly Fault["kind"][];
  /**
   * How many things, at most.
   *
   * @default 3
   */
  maxFaults?: number;
  /**
   * Before which step the last of them comes.
   *
   * @default 50
   */
  maxStep?: number;
}

const allKinds: readonly Fault["kind"][] = ["cancel", "throw", "pause"];

/**
 * An arbitrary of faults, for `simulate(work, { faults })`. It shrinks to fewer and to earlier ones.
 *
 * @example
 * ```ts
 * import { all, CancelledError, Mutex, sleep } from "@heddle/runtime";
 * import { assertNoLeaks, faults, InjectedError, simulate } from "@heddle/runtime/testing";
 * import fc from "fast-check";
 *
 * await fc.assert(fc.asyncProperty(faults(), async (faults) => {
 *   await simulate(function* () {
 *     const mutex = new Mutex();
 *     try {
 *       yield* all([1, 2, 3].map((ms) => () => mutex.withLock(() => sleep(ms))));
 *     } catch (error) {
 *       if (!(error instanceof CancelledError || error instanceof InjectedError)) throw error;
 *     }
 *     assertNoLeaks(); // whatever went wrong
 *   }, { faults });
 * }), { numRuns: 50 });
 * ```
 *
 * @param options how many, and of which kinds
 * @throws {TypeError} when a kind is none
 */
export function faults(
  options: FaultsOptions = {},
): import("fast-check").Arbitrary<readonly Fault[]> {
  const { kinds = allKinds, maxFaults = 3, maxStep = 50 } = options;
  if (!Array.isArray(kinds) || kinds.length === 0 || kinds.some((kind) => !isKind(kind))) {
    throw new TypeError(
      `Cannot generate faults: 'kinds' must be some of ${allKinds.join(", ")}: current value is ${
        describe(kinds)
      }`,
    );
  }
  const step = fc.nat({ max: maxStep });
  const task = fc.nat({ max: 7 });
  const arbitraries: { [K in Fault["kind"]]: import("fast-check").Arbitrary<Fault> } = {
    cancel: fc.record({ kind: fc.constant("cancel"), step, task }),
    throw: fc.record({ kind: fc.constant("throw"), step, task }),
    pause: fc.record({
      kind: fc.constant("pause"),
      step,
      ms: fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 100_000 })),
    }),
  };
  const fault = fc.oneof(...kinds.map((kind: Fault["kind"]) => arbitraries[kind]));
  return fc.array(fault, { maxLength: maxFaults, size: "max" });
}

/** Throws a `TypeError` unless `faults` is a list of faults. */
export function checkFaults(faults: unknown, verb: string): asserts faults is readonly Fault[] {
  const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  const isFault = (fault: Partial<Fault & { task: number; ms: number }> | null): boolean =>
    isKind(fault?.kind) && isCount(fault?.step) &&
    (fault?.kind === "pause"
      ? typeof fault.ms === "number" && fault.ms >= 0
      : isCount(fault?.task));
  if (Array.isArray(faults) && faults.every(isFault)) return;
  throw new TypeError(
    `Cannot ${verb}: 'faults' must be an array of { kind, step, task } or { kind: "pause", step, ms }: current value is ${
      describe(faults)
    }`,
  );
}

function isKind(kind: unknown): kind is Fault["kind"] {
  return allKinds.includes(kind as Fault["kind"]);
}

/** Lets a fault happen to the program of `root`. */
export function inject(fault: Fault, root: TaskNode, clock: VirtualClock): void {
  const { scheduler } = root;
  if (fault.kind === "pause") {
    clock.advance(fault.ms);
    scheduler.fireTimers();
    return;
  }
  const tasks = liveNodes(scheduler).filter((task) =>
    task !== root && (fault.kind === "cancel" || standsInLine(task))
  );
  const task = tasks[fault.task % tasks.length];
  if (task === undefined) return;
  if (fault.kind === "cancel") {
    requestCancel(task, new CancelCause(`A fault was injected before step ${fault.step}`));
  } else {
    const error = new InjectedError(fault.step, task.waiting!.description);
    task.waiting!.abandon(task);
    task.wakeWithError(error);
  }
}

function standsInLine(task: TaskNode): boolean {
  return !task.isQueued && task.waiting instanceof Waiter && task.waiting.queue !== null;
}
