/**
 * The classic first example of a task queue: square a number, take your time, and say whether the square is zero, even
 * or odd. One after the other it takes ten times as long as one; on the green pool, about as long as one, since waiting
 * costs no thread. Its twin computes instead of waiting, and gains by cores rather than by waiting together.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-read --allow-env --allow-sys examples/even_or_odd.ts
 * ```
 *
 * @module
 */

import { type Executor, GreenPool, jobsFrom, ParallelPool, SoloExecutor } from "@heddle/runtime";

const jobs = jobsFrom<typeof import("./even_or_odd_jobs.ts")>(
  import.meta.resolve("./even_or_odd_jobs.ts"),
);

/** How long each number takes, in milliseconds; the original takes 2000. */
const pause = Number(Deno.args[0] ?? 2000);
const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

async function time<T>(title: string, executor: Executor, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  console.log(
    `${title.padEnd(34)} ${((performance.now() - began) / 1000).toFixed(2).padStart(6)} s`,
  );
  await executor.close();
  return result;
}

const green = new GreenPool();
const words = await time(
  "waiting, on the green pool",
  green,
  () => green.map(numbers, (n) => jobs.describeAfter(n, pause)).collect(),
);
console.log(words.join("\n"));

const solo = new SoloExecutor();
await time(
  "computing, one after the other",
  solo,
  () => solo.map(numbers, (n) => jobs.describeBusily(n, pause / 10)).collect(),
);

const parallel = new ParallelPool();
await time(
  `computing, on ${parallel.size} workers`,
  parallel,
  () => parallel.map(numbers, (n) => jobs.describeBusily(n, pause / 10)).collect(),
);
