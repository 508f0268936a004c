/**
 * The task of ours that a scope of Effection's has, once something of ours is bound to that scope: `spawn`, `ensure`,
 * `resource`, `use`, `subscribe`, `context.set`.
 *
 * It performs each such effect as its own, so that all of it is in one scope of ours. A task of Effection's, the keeper,
 * ends it when Effection's scope ends, at the place in the order of halting that the first such effect has, and crashes
 * when it fails.
 *
 * @module
 */

import type { Scope } from "effection";
import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel, unwindBody, unwound } from "../kernel/cancellation.ts";
import {
  BaseEffect,
  type Effect,
  type ForeignResult,
  type OperationEffect,
  perform,
} from "../kernel/effect.ts";
import { CancelledError } from "../kernel/errors.ts";
import { runApart, runNow } from "../kernel/running.ts";
import { TaskNode } from "../kernel/task.ts";
import { CANCELLING, OBSERVED } from "../kernel/task_bits.ts";
import type { Parking } from "../kernel/waiter.ts";
import { belongsTo, environmentFor, nearestTask, schedulerFor } from "./nearest.ts";

type Resolve = (result: ForeignResult) => void;
type Left = (result: ForeignResult<void>) => void;

const hosts = new WeakMap<Scope, Host>();

/** The host of `scope`; it is made when it is first asked for. */
export function hostOf(scope: Scope): Host {
  let host = hosts.get(scope);
  if (host === undefined) hosts.set(scope, host = new Host(scope));
  return host;
}

/** One effect that the host performs for a routine. */
interface Request {
  readonly effect: OperationEffect;
  readonly resolve: Resolve;
  /** Set when the routine leaves before the effect has come to something. */
  left: Left | null;
  cause: CancelCause | null;
}

/** A task of ours as the alter ego of a scope; its own iterator, which goes from one request to the next. */
export class Host implements Iterator<Effect<unknown>, void, unknown> {
  /** The task. */
  get task(): TaskNode {
    return this.#task;
  }

  readonly #task: TaskNode;
  readonly #requests: Request[] = [];
  readonly #idle = new Idle();
  #current: Request | null = null;
  /** Who is told of a failure that nobody asked about: the keeper. */
  #crash: Resolve | null = null;
  /** Whether the failure was told. */
  #told = false;

  constructor(scope: Scope) {
    const scheduler = schedulerFor(scope);
    const iterate = (): Host => this;
    this.#task = new TaskNode(
      scheduler,
      null,
      environmentFor(scope),
      () => new Serve(iterate),
      OBSERVED,
      0,
      "effection scope",
    );
    belongsTo(this.#task, scope);
    scope.set(nearestTask, this.#task);
    // At once, so that it is there for children, which `spawnIn` may give it before the scheduler has a turn.
    runNow(this.#task);
    (this.#task.coldPart().onEnd ??= []).push(() => this.#ended());
    // A keeper that is halted before its first step never runs, and one whose cleanup fails crashes, in 4.0, more than its
    // scope: so what fails at the end is told by the scope itself, where a version lets one do that.
    const { ensure } = scope as { ensure?: (op: () => unknown) => unknown };
    const tellsByItself = typeof ensure === "function";
    scope.run(() => keep(this, tellsByItself));
    if (tellsByItself) ensure(() => endOf(this, false));
  }

  /** Performs an effect in this scope. */
  perform(effect: OperationEffect, resolve: Resolve): (left: Left) => void {
    const request: Request = { effect, resolve, left: null, cause: null };
    if (this.#task.hasEnded) {
      resolve({ ok: false, error: new CancelledError("The scope has ended") });
    } else {
      this.#requests.push(request);
      this.#idle.wake();
    }
    return (left) => this.#leave(request, left);
  }

  #leave(request: Request, left: Left): void {
    const at = this.#requests.indexOf(request);
    if (at >= 0) this.#requests.splice(at, 1);
    if (this.#current !== request) return left({ ok: true });
    request.left = left;
    request.cause = new CancelCause(`${request.effect.description} was halted by Effection`);
    unwindBody(this.#task, request.cause);
  }

  next(value?: unknown): IteratorResult<Effect<unknown>, void> {
    this.#settle({ ok: true, value });
    return { done: false, value: this.#next() };
  }

  throw(error: unknown): IteratorResult<Effect<unknown>, void> {
    const { cause, left } = this.#current ?? {};
    const isHalt = left != null && error === cause!.error;
    // The end of the scope, and not of one wait in it; whoever is told of the latter may end the scope then and there.
    const isEnd = (this.#task.bits & CANCELLING) !== 0 && !isHalt;
    this.#settle(isHalt ? { ok: true } : { ok: false, error });
    if (isEnd) throw error;
    return { done: false, value: this.#next() };
  }

  #settle(result: ForeignResult): void {
    const request = this.#current;
    if (request === null) return;
    this.#current = null;
    const { left, cause, resolve } = request;
    // What goes on then is Effection's, and not code of the host.
    if (left === null) return runApart(() => resolve(result));
    unwound(this.#task, cause!, null);
    runApart(() => left(result.ok ? { ok: true } : result));
  }

  #next(): Effect<unknown> {
    this.#current = this.#requests.shift() ?? null;
    return this.#current?.effect ?? this.#idle;
  }

  /** Calls `resolve` when the host fails by itself. */
  whenCrashed(resolve: Resolve): void {
    this.#crash = resolve;
    if (this.#task.hasEnded) this.#ended();
  }

  #ended(): void {
    const crash = this.#crash;
    if (crash === null || this.#told || !this.#task.hasFailed) return;
    this.#told = true;
    runApart(() => crash({ ok: false, error: this.#task.value }));
  }

  /** Ends the scope of ours, and calls `resolve` when that is done; with what failed, unless someone else asks for that. */
  end(resolve: Resolve, quietly: boolean): void {
    const task = this.#task;
    this.#crash = null;
    const ended = (): void => {
      if (quietly) return runApart(() => resolve({ ok: true }));
      const failed = task.hasFailed && !this.#told;
      this.#told = true;
      runApart(() => resolve(failed ? { ok: false, error: task.value } : { ok: true }));
    };
    if (task.hasEnded) return ended();
    (task.coldPart().onEnd ??= []).push(ended);
    // Effection gives cleanup all the time that it takes.
    requestCancel(task, new CancelCause("The scope of Effection's ended"), Infinity);
  }
}

/** Makes the host an operation, which a thunk can return. */
class Serve extends BaseEffect<void> {
  readonly description = "serve()";
  readonly #iterate: () => Host;

  constructor(iterate: () => Host) {
    super();
    this.#iterate = iterate;
  }

  [perform](): boolean {
    return true;
  }

  override [Symbol.iterator](): Iterator<Effect<unknown>, void, unknown> {
    return this.#iterate();
  }
}

/** The wait of a host that has nothing to do. */
class Idle extends BaseEffect<void> implements Parking {
  readonly description = "the end of a scope of Effection's";
  #task: TaskNode | null = null;

  [perform](task: TaskNode): boolean {
    this.#task = task;
    task.waiting = this;
    task.scheduler.outside++;
    return false;
  }

  wake(): void {
    const task = this.#out();
    if (task !== null) task.wake(undefined);
  }

  abandon(): boolean {
    this.#out();
    return true;
  }

  #out(): TaskNode | null {
    const task = this.#task;
    this.#task = null;
    if (task !== null) task.scheduler.outside--;
    return task;
  }
}

/** Run by Effection: crashes with the host, and ends it with the scope. */
function* keep(host: Host, quietly: boolean): Generator<never, void, unknown> {
  try {
    yield effect("a crash of what is bound to the scope", (resolve) => host.whenCrashed(resolve));
  } finally {
    yield* endOf(host, quietly);
  }
}

function* endOf(host: Host, quietly: boolean): Generator<never, void, unknown> {
  yield effect("the end of what is bound to the scope", (resolve) => host.end(resolve, quietly));
}

function effect(description: string, begin: (resolve: Resolve) => void): never {
  return {
    description,
    enter(resolve: Resolve) {
      begin(resolve);
      return (left: Left) => left({ ok: true });
    },
  } as never;
}
