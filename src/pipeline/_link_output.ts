/**
 * The end of a link that is written to.
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
import type { TaskNode } from "../kernel/task.ts";
import { Waiter } from "../kernel/waiter.ts";
import { dropped, type Link } from "./_link.ts";
import type { Output } from "./stage.ts";

export class LinkOutput<T> implements Output<T> {
  readonly send: (value: T) => Operation<void>;
  readonly link: Link<T>;

  constructor(link: Link<T>) {
    this.link = link;
    this.send = (value) => new Send(link, value);
  }
}

/** The operation of `output.send`: puts the element in when it can, and waits until that is worth another try. */
export class Send<T> extends BaseOperation<void> {
  done = true;
  value: unknown = undefined;
  readonly #link: Link<T>;
  readonly #element: T;

  constructor(link: Link<T>, element: T) {
    super();
    this.#link = link;
    this.#element = element;
  }

  [Symbol.iterator](): Iterator<Effect<unknown>, void, unknown> {
    return this as unknown as Iterator<Effect<unknown>, void, unknown>;
  }

  next(result?: unknown): this {
    if (result === dropped || this.#link.push(this.#element)) {
      this.done = true;
      this.value = undefined;
    } else {
      this.done = false;
      this.value = new RoomWait(this.#link, this.#element);
    }
    return this;
  }

  throw(error: unknown): never {
    throw error;
  }

  return(value?: unknown): IteratorResult<Effect<unknown>, void> {
    return { done: true, value: value as void };
  }
}

/** Waits until a link is worth writing to. */
class RoomWait<T> extends BaseEffect<unknown> {
  readonly description = "output.send()";
  readonly #link: Link<T>;
  readonly #element: T;

  constructor(link: Link<T>, element: T) {
    super();
    this.#link = link;
    this.#element = element;
  }

  [perform](task: TaskNode): boolean {
    return this.#link.awaitRoom(
      task,
      this.#element,
      (task) => new Writer(task, this.#link as Link<unknown>),
    );
  }
}

class Writer extends Waiter {
  readonly description = "output.send()";
  readonly #link: Link<unknown>;

  constructor(task: TaskNode, link: Link<unknown>) {
    super(task);
    this.#link = link;
  }

  override abandon(task: TaskNode): boolean {
    if (this.queue === null) this.#link.passWrite();
    return super.abandon(task);
  }
}
