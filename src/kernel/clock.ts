/**
 * The clock seam. Everything that has to do with time asks a {@linkcode Clock}: the host's in a program, a virtual one
 * in a simulation.
 *
 * @module
 */

/** A source of time, with one alarm. */
export interface Clock {
  /** Milliseconds since some fixed point; never goes back. */
  now(): number;
  /** The moment that lies `ms` milliseconds ahead. */
  after(ms: number): number;
  /** Sets the one alarm to `deadline`; an earlier setting is forgotten. */
  arm(deadline: number, due: () => void): void;
  /** Forgets the alarm. */
  disarm(): void;
}

/** The longest delay that host timers know, 2³¹ − 1 ms; a longer one would fire at once. */
const longestDelay = 2_147_483_647;

/** The host's monotonic clock and one host timer. */
export class HostClock implements Clock {
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;

  now(): number {
    return performance.now();
  }

  /** Rounded up to whole milliseconds, the grain of host timers: sleeps that end together then share one alarm. */
  after(ms: number): number {
    return Math.ceil(performance.now() + ms);
  }

  arm(deadline: number, due: () => void): void {
    this.disarm();
    const delay = Math.min(Math.max(deadline - performance.now(), 0), longestDelay);
    this.#timer = setTimeout(due, delay);
  }

  disarm(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
