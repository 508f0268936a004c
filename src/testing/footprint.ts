/**
 * What a step had to do with, and so with which others it may change places.
 *
 * @module
 */

/** What one step touched, by names that are the same in every run. */
export class Footprint {
  /** Whether it may have to do with every other step. */
  everywhere = false;
  /** Each thing it touched, and whether it only read that, or did what goes well with others of its kind. */
  readonly #things = new Map<string, boolean>();

  /** The step touches a thing. */
  add(thing: string, reads: boolean): void {
    this.#things.set(thing, reads && this.#things.get(thing) !== false);
  }

  /** Whether two steps may not change places. */
  meets(other: Footprint): boolean {
    if (this.everywhere || other.everywhere) return true;
    for (const [thing, reads] of this.#things) {
      const others = other.#things.get(thing);
      if (others !== undefined && !(reads && others)) return true;
    }
    return false;
  }
}
