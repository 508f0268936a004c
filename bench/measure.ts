/**
 * Measuring contenders against each other in one run.
 *
 * Machines are shared and noisy, so contenders take turns, round by round, and what counts is the median over rounds of
 * the ratio within a round. Each starts with a young generation swept clean, lest it pay for what another left there.
 *
 * @module
 */

/** What one run of a contender came to, when not all of its time counts. */
export interface Took {
  /** How many times the work was done. */
  readonly times: number;
  /** The milliseconds that count. */
  readonly ms: number;
}

/** One way of doing the same work. */
export interface Contender {
  readonly name: string;
  /** Does the work some times, and says how many times that was. */
  readonly run: () => number | Took | Promise<number | Took>;
}

/** What a contender took. */
export interface Timing {
  readonly name: string;
  /** The median over rounds, in nanoseconds for each time. */
  readonly ns: number;
  /** How many times as long as the first contender, the median over rounds. */
  readonly ratio: number;
}

/** Runs each contender a few times to warm up, then `rounds` times in turn. */
export async function measure(
  contenders: readonly Contender[],
  rounds = 11,
  warmUps = 3,
): Promise<Timing[]> {
  for (const contender of contenders) {
    for (let times = 0; times < warmUps; times++) await contender.run();
  }
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      sweep();
      const began = performance.now();
      const outcome = await contender.run();
      const took = typeof outcome === "number"
        ? { times: outcome, ms: performance.now() - began }
        : outcome;
      times[index].push((took.ms * 1e6) / took.times);
    }
  }
  return contenders.map(({ name }, index) => ({
    name,
    ns: median(times[index]),
    ratio: median(times[index].map((ns, round) => ns / times[0][round])),
  }));
}

// Not all of the heap: that would throw away optimised code too.
function sweep(): void {
  const { gc } = globalThis as { gc?: (options: { type: "minor" }) => void };
  if (gc === undefined) throw new Error("Measuring needs --v8-flags=--expose-gc");
  gc({ type: "minor" });
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A duration as people read it. */
export function readable(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} µs`;
  return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
}
