/**
 * The acceptance matrix: what a job can do, and what can become of a worker. After each cell the pool works at full size;
 * at the end nothing is left, and the program ends by itself.
 *
 * Arguments: the isolation, and the cells to run; all when there are none. Writes one line for each cell.
 */
import { jobsFrom, ParallelPool, type ParallelPoolOptions, type Task } from "../../../../mod.ts";

type Jobs = typeof import("./jobs.ts");
// Transpiled, the files are JavaScript.
const suffix = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const at = (name: string): string => new URL(`./${name}${suffix}`, import.meta.url).href;
const jobs = jobsFrom<Jobs>(at("jobs"));
const broken = jobsFrom<{ any: () => void }>(at("broken"));
const endless = jobsFrom<{ never: () => void }>(at("endless"));
const deadly = jobsFrom<{ never: () => void }>(at("deadly"));

interface Process {
  readonly argv: readonly string[];
  kill(pid: number, signal: string | number): void;
}
/** There is none in a browser. */
const { process } = globalThis as unknown as { process?: Process };
const [isolation = "thread", ...chosen] = process?.argv.slice(2) ?? [];
/** How a job ends its worker. */
const exit = process === undefined ? "close" : "process";
const isProcess = isolation === "process";
const size = 2;
/** Long enough for the slowest machine, short enough to tell a hang. */
const patience = 45_000;

type Outcome = string | Record<string, unknown>;

function describe(error: unknown): string {
  if (!(error instanceof Error) && !(error instanceof DOMException)) {
    return `thrown ${String(error)}`;
  }
  return (error as Error).name;
}

/** How each task ended; a task that does not end is a hang. */
async function outcomes(tasks: Task<unknown>[]): Promise<string[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hang = new Promise<"hang">((resolve) => {
    timer = setTimeout(() => resolve("hang"), patience);
  });
  const ends = tasks.map(async (task) => {
    try {
      return await Promise.race([task.then((value) => `ok ${String(value)}`), hang]);
    } catch (error) {
      return describe(error);
    }
  });
  try {
    return await Promise.all(ends);
  } finally {
    clearTimeout(timer);
  }
}

/** Each kind of outcome, and how often. */
function tally(ends: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
}

async function caught(task: Task<unknown>): Promise<Record<string, unknown>> {
  const error = await task.then(() => undefined, (error) => error);
  const { name, message, status, code, errors } = error;
  const cause = error.cause === undefined ? undefined : [error.cause.name, error.cause.cause];
  const parts = errors?.map((part: Error) => [part.name, part.message]);
  return { name, message, status, code, cause, parts, isDom: error instanceof DOMException };
}

async function said(task: Task<unknown>): Promise<string> {
  return await task.then(String, (error) => `${error.name}: ${error.message.split(". ")[0]}`);
}

/** Waits until a worker has begun a task. */
async function begun(pool: ParallelPool, task: Task<unknown>): Promise<void> {
  task.catch(() => {});
  while (pool.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 200));
}

async function cancelled(pool: ParallelPool, task: Task<unknown>): Promise<string[]> {
  await begun(pool, task);
  await task.cancel("enough", { grace: 100 });
  return outcomes([task]);
}

async function* numbers(to: number, closed = (): void => {}): AsyncGenerator<number> {
  try {
    if (to < 0) throw new RangeError("dry");
    for (let i = 0; i < to; i++) yield i;
  } finally {
    closed();
  }
}

type Cell = (pool: ParallelPool) => Promise<unknown>;
interface Entry {
  name: string;
  cell: Cell;
  options?: ParallelPoolOptions;
}
const heap = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 };

const cells: Entry[] = [
  { name: "custom error", cell: (pool) => caught(pool.submit(jobs.fail("custom"))) },
  { name: "aggregate error", cell: (pool) => caught(pool.submit(jobs.fail("aggregate"))) },
  { name: "DOM exception", cell: (pool) => caught(pool.submit(jobs.fail("dom"))) },
  { name: "thrown string", cell: (pool) => outcomes([pool.submit(jobs.fail("a string"))]) },
  {
    name: "late failures",
    cell: (pool) => outcomes([pool.submit(jobs.throwsLate()), pool.submit(jobs.rejectsLate())]),
  },
  { name: "process.exit", cell: (pool) => outcomes([pool.submit(jobs.exit("process"))]) },
  { name: "exit after an await", cell: (pool) => outcomes([pool.submit(jobs.exitLater())]) },
  { name: "exit, caught", cell: (pool) => outcomes([pool.submit(jobs.catchesExit())]) },
  { name: "Deno.exit", cell: (pool) => outcomes([pool.submit(jobs.exit("deno"))]) },
  { name: "close()", cell: (pool) => outcomes([pool.submit(jobs.exit("close"))]) },
  {
    name: "40 exits at once",
    cell: async (pool) =>
      tally(await outcomes(Array.from({ length: 40 }, () => pool.submit(jobs.exit(exit))))),
    options: { size: 8 },
  },
  {
    name: "loop, with a timeout",
    cell: async (pool) => {
      // Else its time may be over before its module has come.
      await pool.broadcast(jobs.pid());
      return outcomes([pool.submit(jobs.loop(), { timeout: 100 })]);
    },
  },
  { name: "loop, cancelled", cell: (pool) => cancelled(pool, pool.submit(jobs.loop())) },
  {
    name: "loop that looks at its signal, cancelled",
    cell: (pool) => cancelled(pool, pool.submit(jobs.untilAborted())),
  },
  { name: "result not cloneable", cell: (pool) => said(pool.submit(jobs.uncloneable())) },
  { name: "argument not cloneable", cell: (pool) => said(pool.submit(jobs.echo([() => {}]))) },
  {
    name: "promise that never settles",
    cell: (pool) => outcomes([pool.submit(jobs.never(), { timeout: 50 })]),
  },
  {
    name: "promise that never settles, cancelled",
    cell: (pool) => cancelled(pool, pool.submit(jobs.never())),
  },
  {
    name: "module that fails, twice",
    cell: async (pool) => [
      ...await outcomes([pool.submit(broken.any())]),
      ...await outcomes([pool.submit(broken.any())]),
    ],
  },
  {
    name: "module that never loads",
    cell: async (pool) => [
      ...await outcomes([pool.submit(endless.never(), { timeout: 100 })]),
      ...await cancelled(pool, pool.submit(endless.never())),
    ],
  },
  {
    name: "module that kills its worker",
    cell: async (pool) =>
      tally(await outcomes(Array.from({ length: 20 }, () => pool.submit(deadly.never())))),
  },
  {
    name: "heap exhausted",
    cell: (pool) => outcomes([pool.submit(jobs.fillHeap())]),
    options: { resourceLimits: heap },
  },
  {
    name: "dies with 1000 calls behind it",
    cell: async (pool) => {
      const dying = pool.submit(jobs.exit(exit));
      const rest = Array.from({ length: 1000 }, () => pool.submit(jobs.increment(1)));
      return tally(await outcomes([dying, ...rest]));
    },
    options: { size: 1 },
  },
  {
    name: "aborted, running and queued",
    cell: async (pool) => {
      const controller = new AbortController();
      const { signal } = controller;
      const running = [1, 2].map(() => pool.submit(jobs.never(), { signal }));
      await begun(pool, running[0]);
      const queued = Array.from({ length: 100 }, () => pool.submit(jobs.never(), { signal }));
      controller.abort();
      return tally(await outcomes([...running, ...queued, pool.submit(jobs.never(), { signal })]));
    },
  },
  {
    name: "moved there and back",
    cell: async (pool) => {
      const bytes = new Uint8Array(1 << 16);
      const back = await pool.submit(jobs.flipped(bytes), { transfer: [bytes.buffer] });
      // A process has no memory in common with another.
      return [isProcess || bytes.length === 0, back.length, back[0], back.at(-1)];
    },
  },
  {
    name: "streams as arguments",
    cell: async (pool) => {
      const stream = new ReadableStream<number>({
        start(controller) {
          for (let i = 0; i < 100; i++) controller.enqueue(i);
          controller.close();
        },
      });
      let isClosed = false;
      const ends = await outcomes([
        pool.submit(jobs.sum(numbers(100), numbers(10))),
        pool.submit(jobs.readAll(stream)),
        pool.submit(jobs.first(numbers(1e9, () => isClosed = true))),
        pool.submit(jobs.sum(numbers(-1))),
      ]);
      while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
      return ends;
    },
  },
  {
    name: "stream, closed without draining",
    cell: async () => {
      const pool = new ParallelPool({ size: 1, isolation } as ParallelPoolOptions);
      const stream = await pool.submit(jobs.count(1e9));
      const items = stream[Symbol.asyncIterator]();
      await items.next();
      await pool.close({ drain: false });
      for (;;) {
        const end = await items.next().then(({ done }) => done ? "done" : "", describe);
        if (end !== "") return end;
      }
    },
  },
];
// Bun and browsers know no limit, so nothing would end such a job but the machine's own memory.
if ("Bun" in globalThis || process === undefined) {
  cells.splice(cells.findIndex(({ name }) => name === "heap exhausted"), 1);
}
if (isProcess && !("Bun" in globalThis)) {
  // A thread with so small a heap takes the program with it on Deno; how threads fail to start a test of the dispatch sees.
  cells.push({
    name: "workers that die as they start",
    cell: async () => {
      const resourceLimits = { maxOldGenerationSizeMb: 1, maxYoungGenerationSizeMb: 1 };
      const pool = new ParallelPool({ size: 1, isolation, resourceLimits } as ParallelPoolOptions);
      const tasks = Array.from({ length: 10 }, () => pool.submit(jobs.increment(1)));
      const isReady = await pool.ready().then(() => "ready", describe);
      const ends = tally(await outcomes(tasks));
      await pool.close();
      return [isReady, ends];
    },
  });
}
if (isProcess) {
  cells.push({
    name: "kill -9",
    cell: async (pool) => {
      const [victim] = await pool.broadcast(jobs.pid());
      const tasks = [0, 1].map(() => pool.submit(jobs.never()));
      tasks.push(...Array.from({ length: 100 }, () => pool.submit(jobs.increment(1)) as never));
      await begun(pool, tasks[0]);
      process!.kill(victim, "SIGKILL");
      // The other worker waits for ever, as it was told to.
      while (pool.stats().completed < 102) await new Promise((resolve) => setTimeout(resolve, 5));
      await Promise.all(tasks.slice(0, 2).map((task) => task.cancel("", { grace: 0 })));
      return tally(await outcomes(tasks));
    },
  });
}

const pids = new Set<number>();

/** Full size: every worker answers, and there are as many as there should be. */
async function recovered(pool: ParallelPool): Promise<Outcome> {
  await pool.ready();
  const answers = await pool.broadcast(jobs.pid());
  if (isProcess) { for (const pid of answers) pids.add(pid); }
  const sums = await Promise.all([1, 2, 3, 4].map((x) => pool.submit(jobs.increment(x))));
  const wanted = pool.size;
  const isWhole = answers.length === wanted && sums.join() === "2,3,4,5";
  return isWhole ? "whole" : `${answers.length} of ${wanted} workers, ${sums}`;
}

function isAlive(pid: number): boolean {
  try {
    process!.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// What a job does late is reported on the console, and is not what is looked at here.
console.error = () => {};
console.warn = () => {};
let stuck = 0;
for (const { name, cell, options = {} } of cells) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const pool = new ParallelPool({
    size,
    minSize: options.size ?? size,
    isolation,
    ...options,
  } as ParallelPoolOptions);
  await pool.ready();
  const outcome = await cell(pool);
  const after = await recovered(pool);
  await pool.close();
  stuck += pool.stats().stuck;
  console.log(JSON.stringify([name, outcome, after]));
}
const alive = [...pids].filter(isAlive).length;
console.log(JSON.stringify(["left", { stuck, alive }]));
