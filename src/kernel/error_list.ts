/**
 * Errors that are collected until everything is over.
 *
 * @module
 */

/**
 * Errors in the order in which they happened. An error object counts once, however many ways it came; what is thrown and
 * is no object has no identity, so that each time counts.
 */
export class ErrorList implements Iterable<unknown> {
  readonly #errors = new Map<unknown, unknown>();

  /** How many there are. */
  get size(): number {
    return this.#errors.size;
  }

  /** Adds one. */
  add(error: unknown): void {
    this.#errors.set(isObject(error) ? error : {}, error);
  }

  /** Takes one out, which has come another way too. */
  delete(error: unknown): void {
    if (isObject(error)) {
      this.#errors.delete(error);
      return;
    }
    for (const [key, value] of this.#errors) {
      if (Object.is(value, error)) return void this.#errors.delete(key);
    }
  }

  /** The first that happened first. */
  [Symbol.iterator](): IterableIterator<unknown> {
    return this.#errors.values();
  }
}

function isObject(error: unknown): boolean {
  return (typeof error === "object" && error !== null) || typeof error === "function";
}
