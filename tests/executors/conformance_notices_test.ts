/** Executors that are broken on purpose, each in one way: the conformance suite must notice. */
import { assert, assertEquals } from "@std/assert";
import {
  type Executor,
  type ExecutorStats,
  GreenPool,
  type MapOptions,
  run,
  type Stream,
  type SubmitOptions,
  type Task,
} from "../../mod.ts";
import { executorConformance } from "../../testing.ts";

type Submit = (work: never, options?: SubmitOptions) => Task<unknown>;
type Map = (inputs: Iterable<unknown>, fn: never, options?: MapOptions) => Stream<unknown>;

// What is broken leaves failures behind that nobody handles.
globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());

/** What is broken, in terms of the sound executor beneath. */
interface Break {
  submit?: (submit: Submit) => Submit;
  map?: (map: Map) => Map;
  stats?: (stats: ExecutorStats) => ExecutorStats;
  resize?: (pool: GreenPool, size: number) => void;
  idle?: (pool: GreenPool) => unknown;
  close?: (pool: GreenPool, options: { drain?: boolean; grace?: number }) => unknown;
}

function broken(what: Break): Executor {
  const pool = new GreenPool({ size: 3 });
  const submit = pool.submit.bind(pool) as Submit;
  const map = pool.map.bind(pool) as Map;
  const close = (options = {}) => what.close?.(pool, options) ?? pool.close(options);
  return {
    name: "broken",
    submit: what.submit?.(submit) ?? submit,
    map: what.map?.(map) ?? map,
    stats: () => what.stats?.(pool.stats()) ?? pool.stats(),
    resize: (size: number) => what.resize ? what.resize(pool, size) : pool.resize(size),
    idle: () => what.idle?.(pool) ?? pool.idle(),
    close,
    [Symbol.asyncDispose]: async () => void await close(),
  } as unknown as Executor;
}

/** Takes one option away. */
const without = (...names: string[]): Break => ({
  submit: (submit) => (work, options = {}) => {
    const left = Object.fromEntries(
      Object.entries(options).filter(([key]) => !names.includes(key)),
    );
    return submit(work, left);
  },
});

/** Has another outcome than the task. */
const altered = (alter: (task: Task<unknown>) => unknown): Break => ({
  submit: (submit) => (work, options) => {
    const task = submit(work, options);
    const outcome = run(() => alter(task)) as Task<unknown>;
    outcome.catch(() => {});
    return new Proxy(task, {
      get(target, key) {
        if (key === "then" || key === "catch") return outcome[key].bind(outcome);
        const value = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  },
});

let count = 0;
const breaks: { [law: string]: { [name: string]: Break } } = {
  E1: {
    "results are texts": altered(async (task) => String(await task)),
    "errors lose their class": altered(async (task) => {
      try {
        return await task;
      } catch (error) {
        throw new Error((error as Error).message);
      }
    }),
    "errors lose their cause": altered(async (task) => {
      try {
        return await task;
      } catch (error) {
        throw Object.assign(error as Error, { cause: undefined });
      }
    }),
    "options are not checked": { submit: (submit) => (work) => submit(work) },
  },
  E2: {
    "signals are ignored": without("signal"),
    "names are ignored": without("name"),
    "cancel() does nothing": {
      submit: (submit) => (work, options) =>
        Object.assign(submit(work, options), { cancel: () => Promise.resolve() }),
    },
  },
  E3: { "timeouts are ignored": without("timeout") },
  E4: {
    "retries are ignored": without("retry"),
    "some tasks are lost": {
      submit: (submit) => (work, options) => {
        const task = submit(work, options);
        if (++count % 7 === 0) void task.cancel();
        return task;
      },
    },
    "some tasks run twice": {
      submit: (submit) => (work, options) => {
        if (++count % 7 === 0) submit(work, options).catch(() => {});
        return submit(work, options);
      },
    },
    "stats do not add up": { stats: (stats) => ({ ...stats, failed: 0 }) },
    "nothing is measured": {
      stats: (stats) => ({ ...stats, runTime: { ...stats.runTime, count: 0 } }),
    },
  },
  T1: {
    "delays are ignored": without("delay"),
    "deadlines are ignored": without("deadline"),
  },
  P1: {
    "more run than it says": { stats: (stats) => ({ ...stats, size: 2 }) },
    "resize() does nothing": { resize: () => {} },
  },
  P2: {
    "results come as they are ready": {
      map: (map) => (inputs, fn, options) => map(inputs, fn, { ...options, ordered: false }),
    },
    "results always come in order": {
      map: (map) => (inputs, fn, options) => map(inputs, fn, { ...options, ordered: true }),
    },
  },
  P3: {
    "inputs are pulled ahead": {
      map: (map) => (inputs, fn, options) =>
        map(inputs, fn, { ...options, lookahead: 100, concurrency: 50 }),
    },
  },
  P4: {
    "a map that is left runs on": {
      map: (map) => (inputs, fn, options) => {
        const stream = map(inputs, fn, options);
        return {
          next: () => stream.next(),
          collect: () => stream.collect(),
          [Symbol.asyncIterator]: () => ({ next: () => stream.next() }),
        } as unknown as Stream<unknown>;
      },
    },
  },
  R4: {
    "failures are handed out as results": {
      map: (map) => (inputs, fn, options) => map(inputs, fn, { ...options, onError: "settle" }),
    },
  },
  P5: {
    "a full executor waits for itself": {
      submit: (submit) => {
        let waiting = Promise.resolve() as Promise<unknown>;
        return (work, options) => {
          const before = waiting;
          const inOrder = async () => {
            await before;
            return await (submit(work, options) as PromiseLike<unknown>);
          };
          const task = run(inOrder) as Task<unknown>;
          waiting = task.catch(() => {});
          return task;
        };
      },
    },
  },
  P6: {
    "idle() does not wait": { idle: () => run(() => {}) },
    "close() does not wait": {
      close: (pool, options) => (void pool.close(options), run(() => {})),
    },
    "close() cancels what waits": {
      close: (pool, options) => pool.close({ grace: 50, ...options, drain: false }),
    },
    "close() always drains": {
      close: (pool, { drain, ...rest }) => drain === false ? run(() => {}) : pool.close(rest),
    },
  },
  P7: { "priorities are ignored": without("priority") },
};

for (const [law, variants] of Object.entries(breaks)) {
  for (const [what, variant] of Object.entries(variants)) {
    Deno.test({
      name: `executorConformance() notices that ${what} [${law}]`,
      // What is broken may leave behind what runs.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const suite = executorConformance(() => broken(variant), { timeout: 1500 })
          .filter(({ laws }) => laws.includes(law));
        const outcomes = await Promise.allSettled(suite.map(({ fn }) => fn()));
        const failed = outcomes.filter(({ status }) => status === "rejected");
        assert(failed.length > 0, `none of ${suite.length} cases failed`);
      },
    });
  }
}

Deno.test("executorConformance() has nothing against a sound executor behind another object", async () => {
  const names: string[] = [];
  for (const { name, fn } of executorConformance(() => broken({}))) {
    await fn().catch((error) => names.push(`${name}: ${error.message}`));
  }
  assertEquals(names, []);
});
