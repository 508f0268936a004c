/**
 * The soak of the parallel pool: random jobs, maps, exits, kills, loops, timeouts, cancels and resizes for ten minutes, with a
 * ledger. Every handle settles once, memory is in the end what it was after a quarter of the time, and there are no more
 * threads and child processes than at the beginning.
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

/** The processes whose parent this one is, where the system tells. */
function children(): number[] {
  try {
    return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
      .filter((pid) => pid > 0 && parentOf(pid) === Deno.pid);
  } catch {
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  try {
    // The name of the program, which may hold anything, stands in brackets.
    const [, rest] = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ");
    return Number(rest.split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Kills a worker from outside: one of the processes this one started. */
function killOne(): void {
  const pids = children();
  if (pids.length > 0) Deno.kill(pids[random(pids.length)], "SIGKILL");
}

/** A map whose inputs share calls, left early now and then; all results are what they should be. */
async function mapSome(pool: ParallelPool): Promise<void> {
  const count = 1 + random(3000);
  const leaveAt = random(3) === 0 ? random(count) : Infinity;
  let next = 0;
  const inputs = Array.from({ length: count }, (_, n) => n);
  for await (
    const outcome of pool.map(inputs, (n) => jobs.increment(n), { onError: "settle" })
  ) {
    const isRight = outcome.status === "rejected" || outcome.value === next + 1;
    if (!isRight) throw new Error(`Input ${next} of a map has a wrong result`);
    if (next++ === leaveAt) return;
  }
  if (next !== count) throw new Error(`A map of ${count} gave ${next} results`);
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
  // Maps share calls only where workers are not counted out.
  const pools = [500, Infinity].map((maxTasksPerWorker) =>
    new ParallelPool({
      size: 3,
      minSize: 1,
      idleTimeout: 200,
      maxTasksPerWorker,
      isolation: isolation === "process" ? "process" : "thread",
    })
  );
  const ledger = new Map<string, number>();
  let submitted = 0;
  let settled = 0;
  const end = performance.now() + Number(seconds) * 1000;
  let report = performance.now();
  const threadsBefore = threads();
  const weighAt = performance.now() + Number(seconds) * 250;
  let weight = 0;
  let heaviest = 0;
  while (performance.now() < end) {
    const round: Promise<void>[] = [];
    const pool = pools[random(2)];
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
    if (random(10) === 0) round.push(mapSome(pool));
    if (isolation === "process" && random(10) === 0) killOne();
    await Promise.all(round);
    if (performance.now() < report) continue;
    report = performance.now() + 10_000;
    const mebibytes = Math.round(Deno.memoryUsage().rss / 2 ** 20);
    if (performance.now() < weighAt) weight = mebibytes;
    else heaviest = Math.max(heaviest, mebibytes);
    console.log(`${submitted} tasks, ${threads()} threads, ${mebibytes} MiB`);
  }
  await Promise.all(pools.map((pool) => pool.close()));
  console.log(
    `seed ${seed}: ${submitted} submitted, ${settled} settled`,
    Object.fromEntries(ledger),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const stuck = pools.reduce((sum, pool) => sum + pool.stats().stuck, 0);
  const left = children().length;
  console.log(
    `${stuck} stuck, ${threadsBefore} threads before, ${threads()} and ${left} processes after`,
  );
  console.log(`${weight} MiB after a quarter, ${heaviest} MiB at most after that`);
  // Threads of the runtime's own come and go by two or three; stuck ones are counted.
  const more = (threads() ?? 0) - (threadsBefore ?? 0) - stuck;
  const isFlat = more <= 3 && left === 0 && heaviest <= weight * 1.5 + 50;
  if (settled !== submitted || !isFlat) Deno.exit(1);
}
