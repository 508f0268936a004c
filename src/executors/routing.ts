/**
 * Where the jobs of an adaptive executor go, and why.
 *
 * A job begins on the green lane, where it can wait at no cost. When its calls hold the thread for longer than the limit,
 * smoothed over calls, it moves to the parallel lane; when they turn out to be short there, a quarter of the limit, it
 * comes back. In between it stays where it is, and after three moves for good, so that it does not flap.
 *
 * @module
 */

/** A lane of an adaptive executor. */
export type Lane = "green" | "parallel";

/** What has been decided about a job, and why. */
export interface Route {
  /** The name of the job; `"(functions)"` stands for all thunks, which cannot leave the thread. */
  readonly job: string;
  /** Its module; empty for thunks. */
  readonly module: string;
  /** Where its next call goes, unless that says otherwise itself. */
  readonly lane: Lane;
  /** Why it goes there. */
  readonly reason: string;
  /** How many of its calls went to the green lane. */
  readonly green: number;
  /** How many went to the parallel lane. */
  readonly parallel: number;
  /** How long its calls held their thread, together and at worst, in milliseconds; on the green lane by sampling. */
  readonly heldMs: number;
  /** How long a call holds its thread, smoothed, in milliseconds; `NaN` before the first measurement. */
  readonly smoothedMs: number;
}

/** How much the newest call counts. */
const weight = 0.3;
/** How many calls must have been measured on a lane before a job leaves it for the cheaper one. */
const patience = 8;
/** After this many moves a job stays on the parallel lane. */
const mostMoves = 3;

/** The learned route of one job. */
export class JobRoute {
  readonly #job: string;
  readonly #module: string;
  readonly #limitMs: number;
  #lane: Lane = "green";
  #reason: string;
  #counts: { green: number; parallel: number } = { green: 0, parallel: 0 };
  #heldMs = 0;
  #smoothedMs = NaN;
  #measuredHere = 0;
  #moves = 0;

  constructor(job: string, module: string, limitMs: number) {
    this.#job = job;
    this.#module = module;
    this.#limitMs = limitMs;
    this.#reason = module === ""
      ? "functions cannot leave the thread"
      : "not known to hold the thread";
  }

  /** Where the next call goes. */
  get lane(): Lane {
    return this.#lane;
  }

  /** Whether the next call should be measured on the green lane: the first ones are, and then every sixteenth. */
  get wantsMeasure(): boolean {
    const calls = this.#counts.green;
    return calls < 32 || (calls & 15) === 0;
  }

  /** Whether no call of it has been measured yet. */
  get isUnknown(): boolean {
    return Number.isNaN(this.#smoothedMs);
  }

  /** A call that was counted for the green lane goes to the parallel one, when its turn has come. */
  recount(): void {
    this.#counts.green--;
    this.#counts.parallel++;
  }

  /** A call goes to `lane`; `reason` is given when that was not learned. */
  count(lane: Lane, reason: string | null): void {
    this.#counts[lane]++;
    if (reason === null) return;
    this.#reason = reason;
    this.#lane = lane;
  }

  /** How many calls one that is measured on the green lane stands for. */
  get represents(): number {
    return this.#counts.green <= 32 ? 1 : 16;
  }

  /** A call held its thread for `ms` at a stretch, and for `totalMs` in all. */
  learn(ms: number, totalMs: number): void {
    this.#heldMs += totalMs;
    this.#smoothedMs = Number.isNaN(this.#smoothedMs)
      ? ms
      : this.#smoothedMs + (ms - this.#smoothedMs) * weight;
  }

  /** Moves the job when what has been learned says so. Only for jobs that can leave the thread and have no `kind`. */
  reconsider(lane: Lane): void {
    if (lane !== this.#lane) return;
    this.#measuredHere++;
    const smoothed = this.#smoothedMs;
    const ms = smoothed.toFixed(smoothed < 10 ? 2 : 0);
    if (lane === "green" && smoothed > this.#limitMs) {
      this.#move(
        "parallel",
        `its calls held the thread for ${ms} ms, the limit is ${this.#limitMs} ms`,
      );
    } else if (
      lane === "parallel" && smoothed < this.#limitMs / 4 && this.#measuredHere >= patience &&
      this.#moves < mostMoves
    ) {
      this.#move("green", `its calls hold a thread for only ${ms} ms`);
    }
  }

  #move(lane: Lane, reason: string): void {
    this.#lane = lane;
    this.#reason = reason;
    this.#moves++;
    this.#measuredHere = 0;
  }

  /** The route as it is now. */
  snapshot(): Route {
    return {
      job: this.#job,
      module: this.#module,
      lane: this.#lane,
      reason: this.#reason,
      green: this.#counts.green,
      parallel: this.#counts.parallel,
      heldMs: this.#heldMs,
      smoothedMs: this.#smoothedMs,
    };
  }
}
