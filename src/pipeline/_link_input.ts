/**
 * The end of a link that is read from.
 *
 * All that waits here is one object for each link, operation, iterator and result at once, without state of its own: it
 * looks, and when there is nothing it hands out an effect that waits until looking again is worth while.
 *
 * @module
 */

import {
  BaseEffect,
  BaseOperation,
  type Effect,
  type Operation,
  perform,
} from "../kernel/effect.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter } from "../kernel/waiter.ts";
import { dropped, empty, type Link } from "./_link.ts";
import type { Input } from "./stage.ts";

export class LinkInput<T> implements Input<T> {
  readonly #receive: Receive<T>;
  readonly #next: Next<T>;
  readonly receive: () => Operation<T>;
  readonly next: () => Operation<IteratorResult<T, undefined>>;
  readonly #pending = new Set<PromiseReader<T>>();
  #refusal: { readonly error: unknown } | null = null;
  readonly link: Link<T>;

  constructor(link: Link<T>) {
    this.link = link;
    this.#receive = new Receive(link);
    this.#next = new Next(link);
    this.receive = () => this.#receive;
    this.next = () => this.#next;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: () => this.#nextPromise(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  /** Has whoever awaits an element by promise fail, now or later: the stage is being cancelled. */
  refuse(error: unknown): void {
    this.#refusal = { error };
    for (const reader of this.#pending) reader.reject(error);
    this.#pending.clear();
  }

  #nextPromise(): Promise<IteratorResult<T, undefined>> {
    if (this.#refusal !== null) return Promise.reject(this.#refusal.error);
    const item = this.link.pull();
    if (item !== empty) return Promise.resolve({ done: false, value: item });
    if (this.link.isOver) return Promise.resolve({ done: true, value: undefined });
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T, undefined>>();
    const reader = new PromiseReader<T>(
      this.link,
      (result) => (this.#pending.delete(reader), resolve(result)),
      reject,
    );
    this.#pending.add(reader);
    this.link.addReader(reader);
    return promise;
  }
}

/** The operation of `input.receive`. */
class Receive<T> extends BaseOperation<T> implements Selectable {
  done = true;
  value: unknown = undefined;
  readonly #link: Link<T>;
  readonly #wait: ElementWait;

  constructor(link: Link<T>) {
    super();
    this.#link = link;
    this.#wait = new ElementWait(link as Link<unknown>, false);
  }

  [poll](): boolean {
    return this.#link.isReadable;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, T, unknown> {
    return this as unknown as Iterator<Effect<unknown>, T, unknown>;
  }

  next(): this {
    const item = this.#link.pull();
    if (item === empty) {
      this.done = false;
      this.value = this.#wait;
    } else {
      this.done = true;
      this.value = item;
    }
    return this;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<Effect<unknown>, T> {
    return { done: true, value: value as T };
  }
}

/** The operation of `input.next`. */
class Next<T> extends BaseOperation<IteratorResult<T, undefined>> implements Selectable {
  readonly #link: Link<T>;
  readonly #wait: ElementWait;

  constructor(link: Link<T>) {
    super();
    this.#link = link;
    this.#wait = new ElementWait(link as Link<unknown>, true);
  }

  [poll](): boolean {
    return this.#link.isReadable;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, IteratorResult<T, undefined>, unknown> {
    return this as unknown as Iterator<Effect<unknown>, IteratorResult<T, undefined>, unknown>;
  }

  next(result?: unknown): IteratorResult<Effect<unknown>, IteratorResult<T, undefined>> {
    const item = this.#link.pull();
    if (item !== empty) return { done: true, value: { done: false, value: item } };
    if (result === dropped || this.#link.isOver) {
      return { done: true, value: { done: true, value: undefined } };
    }
    return { done: false, value: this.#wait };
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<Effect<unknown>, IteratorResult<T, undefined>> {
    return { done: true, value: value as IteratorResult<T, undefined> };
  }
}

/** Waits until a link is worth reading. */
class ElementWait extends BaseEffect<void> {
  readonly description: string;
  readonly #link: Link<unknown>;
  readonly #wraps: boolean;
  readonly #makeWaiter = (task: TaskNode): Waiter => new Reader(task, this.#link, this.description);

  constructor(link: Link<unknown>, wraps: boolean) {
    super();
    this.description = wraps ? "input.next()" : "input.receive()";
    this.#link = link;
    this.#wraps = wraps;
  }

  [perform](task: TaskNode): boolean {
    return this.#link.awaitElement(task, this.#wraps, this.#makeWaiter);
  }
}

class Reader extends Waiter {
  readonly description: string;
  readonly #link: Link<unknown>;

  constructor(task: TaskNode, link: Link<unknown>, description: string) {
    super(task);
    this.#link = link;
    this.description = description;
  }

  override abandon(task: TaskNode): boolean {
    if (this.queue === null) this.#link.passRead();
    return super.abandon(task);
  }
}

/** Reads for a promise. */
class PromiseReader<T> extends Waiter {
  readonly description = "input.next()";
  readonly #link: Link<T>;
  readonly #resolve: (result: IteratorResult<T, undefined>) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    link: Link<T>,
    resolve: (result: IteratorResult<T, undefined>) => void,
    reject: (error: unknown) => void,
  ) {
    // A link wakes what waits by this one method of a task.
    super({ wake: () => this.#woken() } as unknown as TaskNode);
    this.#link = link;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  reject(error: unknown): void {
    this.queue?.remove(this);
    this.#reject(error);
  }

  #woken(): void {
    const item = this.#link.pull();
    if (item !== empty) this.#resolve({ done: false, value: item });
    else if (this.#link.isOver) this.#resolve({ done: true, value: undefined });
    else this.#link.addReader(this);
  }
}
