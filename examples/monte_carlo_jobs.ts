/**
 * The job of `monte_carlo.ts`, which runs on workers.
 *
 * @module
 */

/** A step of a project: how many days it takes at best, most likely, and at worst; and which steps must be done before. */
export interface Step {
  readonly name: string;
  readonly days: readonly [best: number, likely: number, worst: number];
  readonly after: readonly string[];
}

/**
 * Plays a project through many times, and counts in how many days it was done.
 *
 * @param project its steps, each after those that it waits for
 * @param runs how many times
 * @param seed what the chance begins with: the same seed, the same days
 * @returns how many runs took so many days, rounded up
 */
export function play(project: readonly Step[], runs: number, seed: number): Map<number, number> {
  const random = xorshift(seed);
  const counts = new Map<number, number>();
  for (let run = 0; run < runs; run++) {
    const ends = new Map<string, number>();
    let last = 0;
    for (const { name, days, after } of project) {
      let start = 0;
      for (const other of after) start = Math.max(start, ends.get(other)!);
      const end = start + triangular(random(), days);
      ends.set(name, end);
      last = Math.max(last, end);
    }
    const days = Math.ceil(last);
    counts.set(days, (counts.get(days) ?? 0) + 1);
  }
  return counts;
}

/** The triangular distribution, which planners use for want of a better one, from a number between 0 and 1. */
function triangular(u: number, [a, c, b]: Step["days"]): number {
  const split = (c - a) / (b - a);
  if (u < split) return a + Math.sqrt(u * (b - a) * (c - a));
  return b - Math.sqrt((1 - u) * (b - a) * (b - c));
}

/** Numbers from 0 to 1 that a seed decides (xorshift: G. Marsaglia, "Xorshift RNGs", 2003). */
function xorshift(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9E3779B1) | 1; // neighbouring seeds begin far apart, and none at zero
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
