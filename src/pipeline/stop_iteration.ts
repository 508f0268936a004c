/**
 * The end of a coroutine object.
 *
 * @module
 */

/**
 * What `send` and `throw` of a {@linkcode Coroutine} throw when it returns instead of yielding once more, and `send` ever
 * after: as in Python, whoever sends learns by it that nothing more is wanted.
 */
export class StopIteration extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "StopIteration";
  /** What the coroutine returned; `undefined` when it was closed, or had ended before. */
  readonly value: unknown;

  /**
   * Makes one; a coroutine does so by itself.
   *
   * @param message what was tried, and why it came to nothing
   * @param value what the coroutine returned
   */
  constructor(message: string, value?: unknown) {
    super(message);
    this.value = value;
  }
}
