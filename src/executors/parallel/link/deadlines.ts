/**
 * Things to look at again at some time, with one timer for all of them. What no longer matters is not removed but passed over
 * when its time comes: nearly every call ends long before.
 *
 * @module
 */

interface Deadline<T> {
  readonly at: number;
  readonly subject: T;
  readonly stage: number;
}

/** Deadlines of one link. */
export class Deadlines<T> {
  readonly #due: (subject: T, stage: number) => void;
  #list: Deadline<T>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /**
   * Begins with none.
   *
   * @param due hears of each that has come
   */
  constructor(due: (subject: T, stage: number) => void) {
    this.#due = due;
  }

  /**
   * Sets one.
   *
   * @param subject what it is for
   * @param ms milliseconds from now
   * @param stage handed back, to tell the first look from later ones
   */
  add(subject: T, ms: number, stage: number): void {
    if (!(ms < 2 ** 31)) return;
    const at = performance.now() + ms;
    this.#list.push({ at, subject, stage });
    if (at < this.#timerAt) this.#arm(at);
  }

  /** Forgets them all. */
  clear(): void {
    if (this.#list.length === 0) return;
    this.#list = [];
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, Math.ceil(at - performance.now())));
  }

  #fire(): void {
    const now = performance.now();
    const due = this.#list.filter((deadline) => deadline.at <= now);
    this.#list = this.#list.filter((deadline) => deadline.at > now);
    this.#timerAt = Infinity;
    let next = Infinity;
    for (const { at } of this.#list) next = Math.min(next, at);
    if (next < Infinity) this.#arm(next);
    for (const { subject, stage } of due) this.#due(subject, stage);
  }
}
