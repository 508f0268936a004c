/**
 * Gathering what comes one by one.
 *
 * @module
 */

import { action, type Operation } from "../../mod.ts";

/**
 * Lets those who come in one turn of the event loop go on together in the next. Inputs of an async iterable come one a
 * microtask; calls that are sent together travel to the workers in one message.
 */
export class Gathering {
  #waiting: (() => void)[] = [];

  /** Waits for the next turn. */
  next(): Operation<void> {
    return action<void>((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#release());
      return () => {};
    });
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
