/**
 * Supervision: tasks that come back, by rule. The rules are those of Erlang/OTP's `supervisor`; what OTP has not, delays
 * between restarts, commands that are obeyed during them, is marked with a plus.
 *
 * ## What happens when a child ends
 *
 * | restart type | completed           | failed              | cancelled from outside | stopped by the supervisor            |
 * | ------------ | ------------------- | ------------------- | ---------------------- | ------------------------------------ |
 * | permanent    | restart             | restart             | restart                | comes back with its group, or not    |
 * | transient    | stays `completed`   | restart             | stays `cancelled`      | comes back with its group, or not    |
 * | temporary    | is forgotten        | is forgotten        | is forgotten           | is forgotten                         |
 *
 * A child that ends by itself while it waits for its turn to be stopped has ended, and its events say so; but what was to
 * happen happens: it comes back with its group, or stays down when the supervisor stops, and nothing more is counted.
 *
 * ## Whom a restart concerns
 *
 * | strategy     | stopped first, newest first | then started, in order                                                |
 * | ------------ | --------------------------- | --------------------------------------------------------------------- |
 * | one_for_one  | nobody                      | the child                                                             |
 * | one_for_all  | all that run                | all that are not temporary, those too that had completed or been stopped |
 * | rest_for_one | those after it that run     | the child and those after it that are not temporary, likewise         |
 *
 * ## Timeline of a restart
 *
 * 1. The child ends; it counts in the window from this moment, whatever the delay (V1). One too many: all children are stopped, newest first,
 *    and `RestartLimitError` fails the scope.
 * 2. The others whom it concerns are stopped at once, one by one, each within its `shutdown` (V3, V5).
 * 3. (+) When the delay of the backoff is over, counted from 1., and all are down, they are started in order. A child that
 *    says when it is ready keeps those after it waiting.
 * 4. One that does not get ready counts as one more restart: of itself under one_for_one, of itself and those after it under
 *    rest_for_one, of all under one_for_all (V4).
 *
 * ## Policy
 *
 * - (+) Nothing waits for anything else: a command, a shutdown, the failure of a further child are obeyed at each of these
 *   steps (V6). A failure of an earlier child widens a restart that is under way.
 * - The first start of a child is not a restart: when it does not get ready, `supervise()`, or `start()`, throws a
 *   `StartError`. A child that does not say when it is ready is up at once; what it throws later is a failure like others.
 * - The `shutdown` of a child bounds its stop. When the scope is cancelled, the grace time of that cancellation bounds all stops
 *   together; a scope that ends by itself waits for as long as the children may take.
 * - A manual `restart()` concerns one child, and counts nowhere. It does not wait for a restart of others; children after it
 *   that are to be started wait for it to be up, and it waits for those before it that are on their way up.
 * - The delays of a child start over when it has been up for `stableAfter`, however that ended.
 * - What a cleanup failed with is told to whoever waits for the stop at that moment, or else to the scope when the supervisor
 *   ends, and else in the event (on the console when nobody listens).
 * - Significant children that end and are not restarted shut the supervisor down, as `autoShutdown` says.
 * - Children are tasks below the supervisor's own, which belongs to the scope as a resource does: the scope's end stops
 *   them, after everything that was spawned in the scope has ended, and no way of ending leaves one behind (V7).
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import { BaseOperation, type Effect, type Operation } from "../kernel/effect.ts";
import { checkScope } from "../kernel/finaliser.ts";
import { spawn } from "../kernel/spawn.ts";
import { traceSpawn } from "../kernel/spawn_trace.ts";
import type { TaskNode } from "../kernel/task.ts";
import { type Provide, resource } from "../operations/resource.ts";
import { isChildTask } from "./_child.ts";
import { Core } from "./_core.ts";
import { type CheckedSpec, checkSpecs, type ChildSpec, supervisorThunks } from "./child_spec.ts";
import { sayReady } from "./ready.ts";
import { type Supervisor, SupervisorHandle } from "./supervisor.ts";
import { type CheckedOptions, checkOptions, type SupervisorOptions } from "./supervisor_options.ts";

/**
 * Starts `children`, in order, and from then on restarts them by rule, until the current scope ends. The module doc says by
 * what rule; in short: a permanent child is always restarted, a transient one after a failure, a temporary one never; the
 * strategy says who is restarted with it; and when there are more than `maxRestarts` within `within`, all are stopped, newest
 * first, and a `RestartLimitError` fails the scope.
 *
 * The supervisor is bound to the scope as a resource is: it ends after what was spawned in the scope, and does not keep the
 * scope from ending; `yield* supervisor.join()` waits for it. But in the task of a supervised child, what is supervised is
 * what the child is for: such a child goes on as long as the supervisor, and fails with it. So supervisors are nested by
 * `start: () => supervise(…)`, or by {@linkcode supervisor}.
 *
 * Each start of a child runs its thunk anew, with the contexts that were set where `supervise` was run; what it has to
 * remember lies outside of it. `currentTask().attempt` tells which start it is.
 *
 * To start and stop a child costs about what a spawn and a cancellation do, O(1) in the number of children; a restart under
 * `one_for_all` or `rest_for_one` is O(n).
 *
 * @example
 * ```ts
 * import { run, sleep, supervise, suspend } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * let polls = 0;
 * function* poll() {
 *   if (++polls < 3) throw new Error("no answer");
 *   yield* suspend();
 * }
 * await run(function* () {
 *   const supervisor = yield* supervise([{ id: "poller", start: poll }]);
 *   yield* sleep(1);
 *   const [poller] = supervisor.children();
 *   assertEquals([poller.status, poller.restarts], ["running", 2]);
 *   assertEquals((poller.lastError as Error).message, "no answer");
 * });
 * ```
 *
 * @param children what to run
 * @param options the strategy, how many restarts there may be, the delays between them
 * @returns the supervisor, when all children are up
 * @throws {TypeError} at once, when a spec or an option has the wrong type
 * @throws {RangeError} at once, when one has the wrong size
 * @throws {DuplicateChildError} at once, when two children have the same id
 * @throws {StartError} when a child did not get ready; those before it have then been stopped
 */
export function supervise(
  children: readonly ChildSpec[],
  options: SupervisorOptions = {},
): Operation<Supervisor> {
  const checked = checkOptions(options, "supervise");
  const specs = checkSpecs(children, "supervise", checked.autoShutdown);
  return new Supervise(specs, checked, traceSpawn(supervise));
}

/**
 * A supervisor as the work of a child: `{ id, start: supervisor(children, options) }`. The child is up when all children of
 * that supervisor are, may take all the time it needs to start and to stop, completes when it is shut down, and fails when it
 * gives up, which its own supervisor then deals with.
 *
 * @example
 * ```ts
 * import { RestartLimitError, run, supervise, supervisor } from "@heddle/runtime";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const broken = { id: "broken", start: () => Promise.reject(new Error("for good")) };
 * const error = await run(function* () {
 *   const outer = yield* supervise([
 *     { id: "inner", start: supervisor([broken], { maxRestarts: 2 }) },
 *   ], { maxRestarts: 1 });
 *   yield* outer.join();
 * }).catch((error) => error);
 * assertInstanceOf(error, RestartLimitError);
 * assertEquals(error.id, "inner");
 * assertInstanceOf(error.cause, RestartLimitError);
 * assertEquals(error.cause.id, "broken");
 * ```
 *
 * @param children what to run
 * @param options how to supervise it
 * @returns a thunk, to be the `start` of a child; it can be run by itself too
 * @throws {TypeError} at once, as {@linkcode supervise} does; likewise its other errors about specs and options
 */
export function supervisor(
  children: readonly ChildSpec[],
  options: SupervisorOptions = {},
): () => Operation<void> {
  const checked = checkOptions(options, "make a supervisor");
  const specs = checkSpecs(children, "make a supervisor", checked.autoShutdown);
  const site = traceSpawn(supervisor);
  const thunk = () => last(new Supervise(specs, checked, site));
  supervisorThunks.add(thunk);
  return thunk;
}

function* last(supervise: Supervise) {
  const supervisor = yield* supervise;
  sayReady(yield* currentNode);
  yield* supervisor.join();
}

class Supervise extends BaseOperation<Supervisor> {
  readonly #specs: readonly CheckedSpec[];
  readonly #options: CheckedOptions;
  readonly #site: Error | null;

  constructor(specs: readonly CheckedSpec[], options: CheckedOptions, site: Error | null) {
    super();
    this.#specs = specs;
    this.#options = options;
    this.#site = site;
  }

  *[Symbol.iterator](): Generator<Effect<unknown>, Supervisor, unknown> {
    const core = new Core(this.#specs, this.#options);
    core.site = this.#site;
    yield* bindToScope(core, "supervise");
    return new SupervisorHandle(core);
  }
}

/** Runs a supervisor in the current scope, until that ends. Goes on when the first children are up. */
export function* bindToScope(
  core: Core,
  verb: string,
): Generator<Effect<unknown>, void, unknown> {
  const owner = yield* currentNode;
  checkScope(owner, verb);
  // Named for reports.
  const supervisor = (provide: Provide<void>) => keep(core, provide);
  yield* resource<void>(supervisor);
  if (isChildTask(owner)) yield* spawn(() => core.ended, { name: "supervisor" });
}

/** The task whose scope holds the children. */
function* keep(core: Core, provide: Provide<void>) {
  try {
    core.begin(yield* currentNode);
    yield* core.begun;
    yield* spawn(() => core.ended, { name: "supervisor" });
    yield* provide();
  } finally {
    try {
      core.shutdown("The scope of the supervisor ended");
      yield* core.ended;
    } finally {
      core.abandon();
    }
  }
}

/** It binds nothing by itself, but is asked for by what does: in a scope of Effection's it is the task that has that scope. */
class CurrentNode extends BindingEffect<TaskNode> {
  readonly description = "the current task";

  bind(task: TaskNode): boolean {
    task.give(task);
    return true;
  }
}

const currentNode = new CurrentNode();
