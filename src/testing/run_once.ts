/**
 * One run of a program on virtual time, in an order that can be repeated.
 *
 * The scheduler is the one that ships; only its clock and its choice of the next task are others. When nothing is ready,
 * the host gets one turn, so that promises that are settled reach the tasks that wait for them; then time jumps to the
 * next timer. When there is none, and no promise or callback is waited for either, nothing can ever happen: a deadlock.
 *
 * @module
 */

import type { Instrument } from "../kernel/instrument.ts";
import { DeadlockError } from "../kernel/errors.ts";
import { hostTurn } from "../kernel/host_turn.ts";
import { FairReadyQueue } from "../kernel/ready_queue.ts";
import { run } from "../kernel/run.ts";
import { Scheduler, type SchedulerOptions } from "../kernel/scheduler.ts";
import { traceSpawn, traceSpawns } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";
import { OBSERVED } from "../kernel/task_bits.ts";
import { numberTasksAfter } from "../kernel/task_ids.ts";
import type { Thunk } from "../kernel/work.ts";
import { witness } from "../kernel/witness.ts";
import { creation, type Made } from "../sync/creation.ts";
import type { Chooser } from "./chooser.ts";
import { ChoosingQueue } from "./choosing_queue.ts";
import { controlledGlobals } from "./controlled_globals.ts";
import { type Decision, Decisions } from "./decisions.ts";
import { type Fault, inject } from "./faults.ts";
import { InterruptingScheduler } from "./interrupting_scheduler.ts";
import { type Leak, leaksOf } from "./leak.ts";
import { liveTasks } from "./live_tasks.ts";
import { LivelockError } from "./livelock_error.ts";
import { Outside } from "./outside.ts";
import { Random } from "./random.ts";
import { RecordingQueue, type TraceStep } from "./recording_queue.ts";
import type { StepWatch } from "./watch_steps.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** How a run is set up. */
export interface RunSetup {
  /** Who chooses; `null` for the real scheduler's own queue. */
  readonly chooser: Chooser | null;
  /** Where chance comes from that nobody chooses: the jitter of delays, `Math.random` when it is controlled. */
  readonly seed: number;
  readonly maxSteps: number;
  /** How much virtual time a step takes, in milliseconds. */
  readonly stepCost: number;
  readonly globals: boolean;
  /** Whether tasks may give way where they need not wait. */
  readonly interruptions: boolean;
  /** How long time stands still while the host is waited for, in milliseconds of the host. */
  readonly patience: number;
  /** How long the host is waited for when nothing else can happen, in milliseconds of the host. */
  readonly hostTimeout: number;
  readonly faults: readonly Fault[];
  /**
   * After how many switches between tasks the run is broken off, with a {@linkcode BrokenOff}.
   *
   * @default Infinity
   */
  readonly maxSwitches?: number;
  /** Called before each step with its number, from 0, and the root. */
  readonly beforeStep?: (step: number, root: TaskNode) => void;
  readonly instrument?: Instrument;
  /** Watches what each step touches; an instrument too. */
  readonly watch?: StepWatch;
  /** Whether it is taken down where tasks are spawned, which costs more than to spawn them. */
  readonly traced?: boolean;
}

/** What came of a run. */
export interface RunResult<T> {
  readonly outcome: { readonly ok: true; readonly value: T } | {
    readonly ok: false;
    readonly error: unknown;
  };
  readonly trace: readonly TraceStep[];
  readonly decisions: readonly Decision[];
  readonly time: number;
  readonly leaks: readonly Leak[];
  readonly outside: readonly string[];
}

/** A run was given up, because it made too many switches to be of interest: no failure of the program. */
export class BrokenOff extends Error {
  override readonly name = "BrokenOff";
}

/** The host's own, lest a test put others in their place. */
const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis;
const longestTimer = 2 ** 31 - 1;

/** Runs `work` once. Never rejects. */
export function runOnce<T>(work: Thunk<T>, setup: RunSetup): Promise<RunResult<T>> {
  return new Promise((resolve) => new Simulator<T>(setup, resolve).begin(work));
}

const simulators = new WeakMap<Scheduler, Simulator<unknown>>();

/** What the simulated program of `task` would leave behind if it ended now, but for the task and those it stands in. */
export function leaksAround(task: TaskNode): Leak[] | null {
  const simulator = simulators.get(task.scheduler);
  if (simulator === undefined) return null;
  witness.now?.interferes();
  const above = new Set<number>();
  for (let at: TaskNode | null = task; at !== null; at = at.parent) above.add(at.id);
  return simulator.leaks(above);
}

/** Owns the scheduler of a run, its clock and its queue, and moves time. */
class Simulator<T> {
  readonly #setup: RunSetup;
  readonly #resolve: (result: RunResult<T>) => void;
  readonly #clock = new VirtualClock();
  readonly #decisions: Decisions | null;
  readonly #queue: RecordingQueue;
  readonly #scheduler: Scheduler;
  readonly #made: (readonly [Made, Error | null])[] = [];
  readonly #observe = (made: object): void => {
    this.#made.push([made as Made, traceSpawn(this.#observe)]);
    this.#setup.watch?.made(made);
  };
  /** Tasks that failed, and that nobody had observed by then. */
  readonly #unobserved: TaskNode[] = [];
  #root: TaskNode | null = null;
  #over = false;
  /** What is to be put back when no step of the program is under way; `null` then. */
  #around: (() => void) | null = null;
  /** The last number that was given to a task of this run. */
  #lastId = 0;
  /** Whether the host was asked for a turn; when it was first, and how many steps had been taken then. */
  #turning = false;
  #idleSince = 0;
  #stepsBefore = 0;
  readonly #outside = new Outside();
  /** Set while nothing can happen but by the host. */
  #hostTimer: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(setup: RunSetup, resolve: (result: RunResult<T>) => void) {
    this.#setup = setup;
    this.#resolve = resolve;
    const { chooser, seed, maxSteps } = setup;
    const decisions = this.#decisions = chooser === null ? null : new Decisions(chooser);
    this.#queue = new RecordingQueue(
      decisions === null ? new FairReadyQueue() : new ChoosingQueue(decisions),
      () => this.#clock.now(),
      maxSteps,
      (step) => this.#beforeStep(step),
      setup.maxSwitches,
    );
    const chance = new Random(seed, 1);
    const options: SchedulerOptions = {
      clock: this.#clock,
      ready: this.#queue,
      budget: Infinity,
      random: () => {
        witness.now?.touches(Random);
        return chance.below(2 ** 32) / 2 ** 32;
      },
      ...(decisions === null ? {} : { pick: (count: number) => decisions.pick(count) }),
      onIdle: () => this.#idle(),
    };
    this.#scheduler = setup.interruptions && decisions !== null
      ? new InterruptingScheduler(options, () => decisions.pick(2) === 1)
      : new Scheduler(options);
    this.#scheduler.instrument = setup.watch ?? setup.instrument ?? null;
    this.#scheduler.onUnobserved = (task) => void this.#unobserved.push(task);
    simulators.set(this.#scheduler, this as Simulator<unknown>);
  }

  begin(work: Thunk<T>): void {
    const { globals, seed } = this.#setup;
    const scheduler = this.#scheduler;
    this.#enter();
    const root = run(
      work,
      globals ? { scheduler, enter: controlledGlobals(this.#clock, seed) } : { scheduler },
    ) as unknown as TaskNode;
    this.#root = root;
    root.observe();
    const cold = root.coldPart();
    // It was the simulation that ran it, which tells nobody anything.
    cold.spawnSite = null;
    (cold.onEnd ??= []).push(() => this.#ended(root));
    this.#leave();
  }

  leaks(except: ReadonlySet<number>): Leak[] {
    return leaksOf(this.#scheduler, this.#made, except);
  }

  /** From here on what is made belongs to this run. */
  #enter(): void {
    if (this.#around !== null) return;
    const { observer } = creation;
    const lastId = numberTasksAfter(this.#lastId);
    const stopTracing = this.#setup.traced === true ? traceSpawns() : null;
    const watching = witness.now;
    creation.observer = this.#observe;
    witness.now = this.#setup.watch ?? null;
    this.#around = () => {
      creation.observer = observer;
      witness.now = watching;
      this.#lastId = numberTasksAfter(lastId);
      stopTracing?.();
    };
  }

  #leave(): void {
    this.#around?.();
    this.#around = null;
  }

  #beforeStep(step: number): void {
    this.#enter();
    const { stepCost, faults, beforeStep } = this.#setup;
    if (stepCost > 0 && step > 0) {
      this.#clock.advance(stepCost);
      this.#scheduler.fireTimers();
    }
    for (const fault of faults) {
      if (fault.step === step) inject(fault, this.#root!, this.#clock);
    }
    beforeStep?.(step, this.#root!);
  }

  #ended(root: TaskNode): void {
    this.#reportUnobserved();
    if (root.hasFailed || root.isCancelled) this.#finish({ ok: false, error: root.failure }, root);
    else this.#finish({ ok: true, value: root.value as T }, root);
  }

  /** As the host does, which gives whoever wants to observe a failure until nothing is ready any more. */
  #reportUnobserved(): void {
    for (const task of this.#unobserved.splice(0)) {
      if ((task.bits & OBSERVED) === 0) this.#finish({ ok: false, error: task.failure });
    }
  }

  #finish(outcome: RunResult<T>["outcome"], root?: TaskNode): void {
    if (this.#over) return;
    this.#over = true;
    this.#forgetHost();
    this.#queue.stop();
    this.#resolve({
      outcome,
      trace: this.#queue.trace,
      decisions: this.#decisions?.made ?? [],
      time: this.#clock.now(),
      leaks: this.leaks(new Set(root === undefined ? [] : [root.id])),
      outside: this.#outside.notes,
    });
  }

  #forgetHost(): void {
    if (this.#hostTimer === undefined) return;
    clearTimer(this.#hostTimer);
    this.#hostTimer = undefined;
  }

  #idle(): void {
    this.#leave();
    this.#forgetHost();
    this.#setup.watch?.idle();
    this.#reportUnobserved();
    if (this.#over || this.#turning) return;
    if (this.#queue.exhausted) return this.#livelock();
    if (this.#queue.brokenOff) return this.#finish({ ok: false, error: new BrokenOff() });
    this.#stepsBefore = this.#queue.trace.length;
    this.#idleSince = performance.now();
    this.#giveTurn();
  }

  #giveTurn(): void {
    this.#turning = true;
    hostTurn(() => this.#turned());
  }

  /** The host had its turn: if it made nothing ready, time moves. */
  #turned(): void {
    this.#turning = false;
    if (this.#queue.size > 0) return;
    if (this.#over) return;
    if (this.#queue.isStopped || this.#queue.trace.length > this.#stepsBefore) return this.#idle();
    if (this.#scheduler.outside > 0) {
      const { deadline } = this.#clock;
      const isTimed = deadline !== Infinity;
      const waited = performance.now() - this.#idleSince;
      if (isTimed && waited < this.#setup.patience) return this.#giveTurn();
      this.#outside.note(this.#scheduler, this.#clock.now(), isTimed ? deadline : undefined);
      if (!isTimed) return this.#awaitHost();
    }
    if (this.#jump()) return;
    this.#finish({ ok: false, error: new DeadlockError(liveTasks(this.#scheduler)) });
  }

  /** Nothing can happen but by the host, which has some time for it. */
  #awaitHost(): void {
    const { hostTimeout } = this.#setup;
    const steps = this.#queue.trace.length;
    if (hostTimeout === Infinity || this.#hostTimer !== undefined) return;
    this.#hostTimer = setTimer(() => {
      this.#hostTimer = undefined;
      if (this.#over || this.#queue.size > 0) return;
      if (this.#queue.trace.length > steps) return this.#idle();
      const blocked = liveTasks(this.#scheduler);
      this.#finish({ ok: false, error: new DeadlockError(blocked, { hostTimeout }) });
    }, Math.min(hostTimeout, longestTimer));
  }

  /** Moves time to the next timer. What its firing makes belongs to this run. */
  #jump(): boolean {
    this.#enter();
    try {
      return this.#clock.jump();
    } finally {
      this.#leave();
    }
  }

  #livelock(): void {
    const error = new LivelockError(this.#queue.trace.length, liveTasks(this.#scheduler));
    this.#finish({ ok: false, error });
  }
}
