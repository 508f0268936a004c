/**
 * Rows of a picture in which nothing overlaps.
 *
 * @module
 */

/** Gives each that begins the lowest row that is free, so that there are as many rows as run side by side. */
export class Rows {
  /** Until when each row is taken. */
  readonly #until: number[] = [];

  /** A row for what goes on from `begin` to `end`; what began earlier has been given its row before. */
  take(begin: number, end: number): number {
    let row = this.#until.findIndex((until) => until <= begin);
    if (row < 0) row = this.#until.length;
    this.#until[row] = end;
    return row;
  }

  /** A row for what begins now, whose end is not known. */
  open(): number {
    return this.take(0, Infinity);
  }

  /** What had a row has ended. */
  close(row: number): void {
    this.#until[row] = 0;
  }
}
