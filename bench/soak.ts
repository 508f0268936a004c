/**
 * The soak of the parallel pool: random jobs, exits, loops, timeouts, cancels and resizes for ten minutes, with a ledger. Every
 * handle settles once, and at the end there are no more threads than at the beginning.
 *
 * Run it with `deno run -A bench/soak.ts [seconds] [thread | process] [seed]`.
 *
 * @module
 */
import { jobsFrom, ParallelPool, type Task } from "../mod.ts";

type Jobs = typeof import("../tests/executors/parallel/matrix/jobs.ts");
const jobs = jobsFrom<Jobs>(import.meta.resolve("../tests/executors/parallel/matrix/jobs.ts"));

const [seconds = "600", isolation = "thread", seed = String(Date.now() % 1e6)] = Deno.args;

let state = Number(seed) >>> 0;
/** A whole number below `n`. */
function random(n: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * n);
}

/** Where the system tells. */
function threads(): number | undefined {
  try {
    return [...Deno.readDirSync("/proc/self/task")].length;
  } catch {
    return undefined;
  }
}

function submitOne(pool: ParallelPool): Task<unknown> {
  switch (random(400)) {
    case 0:
      return pool.submit(jobs.exit("process"));
    case 1:
      return pool.submit(jobs.exitLater());
    case 2:
      return pool.submit(jobs.loop(), { timeout: 20 });
    case 3:
      return pool.submit(jobs.never(), { timeout: 30 });
    case 4:
      return pool.submit(jobs.uncloneable());
    case 5:
      return pool.submit(jobs.fail("aggregate"));
  }
  const task = pool.submit(jobs.increment(1));
  if (random(20) === 0) void task.cancel();
  return task;
}

if (import.meta.main) {
  console.error = () => {};
  const pool = new ParallelPool({
    size: 3,
    minSize: 1,
    idleTimeout: 200,
    maxTasksPerWorker: 500,
    isolation: isolation === "process" ? "process" : "thread",
  });
  const ledger = new Map<string, number>();
  let submitted = 0;
  let settled = 0;
  const end = performance.now() + Number(seconds) * 1000;
  let report = performance.now();
  while (performance.now() < end) {
    const round: Promise<void>[] = [];
    for (let i = 0; i < 200; i++) {
      const id = submitted++;
      let ends = 0;
      const note = (outcome: string) => {
        if (++ends > 1) throw new Error(`Task ${id} of seed ${seed} settled twice`);
        settled++;
        ledger.set(outcome, (ledger.get(outcome) ?? 0) + 1);
      };
      round.push(submitOne(pool).then(() => note("ok"), (error) => note(error.name)));
    }
    if (random(20) === 0) pool.resize(1 + random(4));
    await Promise.all(round);
    if (performance.now() < report) continue;
    report = performance.now() + 10_000;
    const mebibytes = Math.round(Deno.memoryUsage().rss / 2 ** 20);
    console.log(`${submitted} tasks, ${threads()} threads, ${mebibytes} MiB`);
  }
  await pool.close();
  console.log(
    `seed ${seed}: ${submitted} submitted, ${settled} settled`,
    Object.fromEntries(ledger),
  );
  console.log(`${pool.stats().stuck} stuck, ${threads()} threads after close`);
  if (settled !== submitted) Deno.exit(1);
}
