/**
 * Returning from a chain of generators without losing the return on the way.
 *
 * `generator.return()` goes inwards along a chain of `yield*` to the innermost generator and comes back out. When a
 * `finally` on the way waits, the language forgets that a return was under way: once the `finally` is over, the generator
 * around it goes on as if nothing had been (thefrontside/effection#1190, #1154). So here the return is done frame by
 * frame, the innermost first: each frame is driven to its end by itself, and only then the one around it is returned from.
 *
 * The frames are found by a value that only the return itself passes on: while the outermost is returned from, each
 * generator's `return` is called with it by the generator around. An error that a `finally` throws replaces the return, as
 * it does in the language, and goes the language's way.
 *
 * @module
 */

import type { RoutineState } from "./instruction.ts";

type Frame = Iterator<unknown, unknown, unknown>;
type Result = IteratorResult<unknown, unknown>;

const generators = Object.getPrototypeOf((function* () {}).prototype) as Required<Frame>;
const plainReturn = generators.return;

/** A realm whose built-in objects are frozen does not let one see the frames; there a halt is what it is in Effection. */
const canSeeFrames = Object.getOwnPropertyDescriptor(generators, "return")?.writable === true;

/** Has a routine that is about to be returned from unwound frame by frame, where its version lets one see its iterator. */
export function unwindFrameByFrame(data: RoutineState): void {
  if (!canSeeFrames || data.iterator instanceof UnwindingIterator) return;
  const place = Object.getOwnPropertyDescriptor(data, "iterator");
  if (place?.configurable !== true) return;
  const iterator = new UnwindingIterator(data.iterator);
  if (place.set !== undefined) data.iterator = iterator;
  else Object.defineProperty(data, "iterator", { value: iterator, configurable: true });
}

/** The iterator of a routine, which is returned from frame by frame. */
export class UnwindingIterator implements Frame {
  readonly #root: Frame;
  /** The frames of a return that waits, the outermost first; the last is the one that waits. */
  #frames: Frame[] = [];

  constructor(root: Frame) {
    this.#root = root;
  }

  next(value?: unknown): Result {
    const frame = this.#frames.at(-1);
    return frame === undefined ? this.#root.next(value) : this.#drive(() => frame.next(value));
  }

  throw(error: unknown): Result {
    const frame = this.#frames.at(-1);
    return frame === undefined
      ? throwInto(this.#root, error)
      : this.#drive(() => throwInto(frame, error));
  }

  return(): Result {
    if (this.#frames.length === 0) this.#frames.push(this.#root);
    return this.#returnOutwards({ done: true, value: undefined });
  }

  /** Takes a step of the frame that waits, and when that is its last, returns from those around it. */
  #drive(step: () => Result): Result {
    let result: Result;
    try {
      result = step();
    } catch (error) {
      this.#frames.pop();
      return this.#replace(error);
    }
    if (result.done !== true) return result;
    this.#frames.pop();
    return this.#returnOutwards(result);
  }

  #returnOutwards(last: Result): Result {
    for (let frame = this.#frames.pop(); frame !== undefined; frame = this.#frames.pop()) {
      try {
        last = this.#leave(frame);
      } catch (error) {
        return this.#replace(error);
      }
      if (last.done !== true) return last;
    }
    return last;
  }

  /** An error has replaced the return: it is thrown in the frame around, and the language does the rest. */
  #replace(error: unknown): Result {
    const isInner = this.#frames.length > 0;
    this.#frames = [];
    if (!isInner) throw error;
    return throwInto(this.#root, error);
  }

  /** Returns from `frame` and those inside it. Those that do not end at once then stand in the list. */
  #leave(frame: Frame): Result {
    const leaving = new Leaving(frame);
    const result = leaving.leave();
    if (result.done === true) return result;
    // An error that was caught on the way has replaced the return: from there on the routine goes on.
    if (leaving.replaced) this.#frames = [];
    else if (leaving.waiting.length === 0) this.#frames.push(frame);
    else this.#frames.push(...leaving.waiting);
    return result;
  }
}

/** A return on its way. Its value is itself, by which the frames that pass it on are told from others. */
class Leaving {
  /** The frames that it came to and that are not over, the outermost first. */
  readonly waiting: Frame[] = [];
  /** Whether an error came in its place. */
  replaced = false;
  readonly #frame: Frame;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  leave(): Result {
    const before = generators.return;
    generators.return = leaveNoting;
    let result: Result;
    try {
      result = this.#frame.return?.(this) ?? { done: true, value: undefined };
    } finally {
      generators.return = before;
    }
    return result.done === true && result.value === this
      ? { done: true, value: undefined }
      : result;
  }

  /** Returns from one of the frames. */
  pass(frame: Frame): Result {
    this.waiting.push(frame);
    let over = true;
    try {
      const result = plainReturn.call(frame, this);
      over = result.done === true;
      return result;
    } catch (error) {
      this.replaced = true;
      throw error;
    } finally {
      if (over) this.waiting.pop();
    }
  }
}

// One function for all returns: the engine is slow with a new one each time.
function leaveNoting(this: Frame, value?: unknown): Result {
  return value instanceof Leaving ? value.pass(this) : plainReturn.call(this, value);
}

function throwInto(frame: Frame, error: unknown): Result {
  if (frame.throw === undefined) throw error;
  return frame.throw(error);
}
