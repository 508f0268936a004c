import { assertEquals } from "@std/assert";
import * as fx from "effection";
import {
  action,
  all,
  allSettled,
  any,
  Barrier,
  Broadcast,
  Channel,
  createContext,
  type Effect,
  ensure,
  forEach,
  GreenPool,
  jobsFrom,
  Latch,
  map,
  Mutex,
  type Operation,
  pipeline,
  race,
  RateLimiter,
  resource,
  retry,
  scope,
  select,
  Semaphore,
  shield,
  sleep,
  SoloExecutor,
  spawn,
  supervise,
  suspend,
  timeout,
  until,
  use,
  withExecutor,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { drivers, turn, visit } from "./_drivers.ts";

type Body = () => Operation<unknown>;
type Coroutine = Generator<Effect<unknown>, unknown, unknown>;

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);

/** Waits that never end by themselves, and how many bodies in each begin, which are then to be cleaned up. */
const waits: { [name: string]: [bodies: number, make: (log: string[]) => Body] } = {
  "sleep": [0, () => () => sleep(1e6)],
  "suspend": [0, () => suspend],
  "channel.receive": [0, () => () => new Channel().receive()],
  "channel.next": [0, () => () => new Channel().next()],
  "channel.send": [0, () => () => new Channel<number>().send(1)],
  "select": [0, () => () => select({ a: new Channel().receive(), b: sleep(1e6) })],
  "race": [2, (log) => () => race([() => visit(log, suspend), () => visit(log, fx.suspend)])],
  "all": [2, (log) => () => all([() => visit(log, suspend), () => visit(log, fx.suspend)])],
  "any": [2, (log) => () => any([() => visit(log, suspend), () => visit(log, fx.suspend)])],
  "allSettled": [1, (log) => () => allSettled([() => visit(log, suspend), () => 1])],
  "timeout": [1, (log) => () => timeout(1e6, () => visit(log, suspend))],
  "retry": [1, (log) => () => retry({ attempts: 3 }, () => visit(log, suspend))],
  "scope": [1, (log) => () => scope(() => visit(log, fx.suspend))],
  "context.with": [1, (log) => () => createContext("c").with(1, () => visit(log, suspend))],
  "semaphore.acquire": [0, () =>
    function* () {
      const semaphore = new Semaphore(1);
      yield* semaphore.acquire();
      yield* semaphore.acquire();
    }],
  "latch.wait": [0, () => () => new Latch().wait()],
  "barrier.wait": [0, () => () => new Barrier(2).wait()],
  "subscription.receive": [0, () =>
    function* () {
      const subscription = yield* new Broadcast().subscribe();
      yield* subscription.receive();
    }],
  "rateLimiter.acquire": [0, () =>
    function* () {
      const limiter = new RateLimiter({ limit: 1, interval: 1e6 });
      yield* limiter.acquire();
      yield* limiter.acquire();
    }],
  "until": [1, (log) => () =>
    until((signal) =>
      new Promise((_, reject) => {
        log.push("+");
        signal.addEventListener("abort", () => reject(signal.reason));
        signal.addEventListener("abort", () => log.push("-"));
      })
    )],
  "action": [1, (log) => () =>
    action(() => {
      log.push("+");
      return () => void log.push("-");
    })],
  "a job": [0, () => () => withExecutor(new SoloExecutor(), () => jobs.wait())],
  "a job in the executor around": [0, () => () => jobs.wait()],
  "pool.spawn": [0, () =>
    function* () {
      const pool = new GreenPool({ size: 1 });
      const task = yield* pool.spawn(() => suspend());
      try {
        yield* pool.spawn(() => suspend());
      } finally {
        void task.cancel();
      }
    }],
  "stream.next": [2, (log) =>
    function* () {
      const pool = new GreenPool({ size: 2 });
      yield* pool.map([1, 2, 3], () => visit(log, suspend)).next();
    }],
  "pipeline": [2, (log) => () =>
    pipeline(
      function* (output: { send(n: number): Operation<void> }) {
        yield* visit(log, function* () {
          for (let i = 0;; i++) yield* output.send(i);
        });
      },
      map((n: number) => n),
      forEach(() => visit(log, suspend)),
    )],
  "a pipeline that reads a stream": [1, (log) => () =>
    pipeline(
      new ReadableStream<number>({ pull: (controller) => controller.enqueue(1) }),
      forEach(() => visit(log, fx.suspend)),
    )],
  "supervise": [2, (log) =>
    function* () {
      yield* supervise([
        { id: "ours", start: () => visit(log, suspend) },
        { id: "theirs", start: () => visit(log, fx.suspend) },
      ]);
      yield* suspend();
    }],
  "resource in use": [1, (log) =>
    function* () {
      yield* resource<void>((provide) => visit(log, () => provide()));
      yield* fx.suspend();
    }],
  "resource not yet there": [1, (log) => () => resource<void>(() => visit(log, suspend))],
  "use": [1, (log) =>
    function* () {
      log.push("+");
      yield* use({
        [Symbol.asyncDispose]: async () => void log.push(await Promise.resolve("-")),
      });
      yield* fx.suspend();
    }],
  "ensure": [1, (log) =>
    function* () {
      log.push("+");
      yield* ensure(function* () {
        yield* sleep(1);
        log.push("-");
      });
      yield* fx.suspend();
    }],
  "spawn": [1, (log) =>
    function* () {
      yield* spawn(() => visit(log, suspend));
      yield* fx.suspend();
    }],
  "a join": [1, (log) =>
    function* () {
      yield* yield* spawn(() => visit(log, suspend));
    }],
};

const places: { [name: string]: (work: () => Coroutine) => fx.Operation<unknown> } = {
  "bare": (work) => work(),
  "scoped": (work) => fx.scoped(work),
  "spawned": (work) =>
    fx.call(function* () {
      yield* yield* fx.spawn(work);
    }),
};

for (const [driver, run] of drivers) {
  for (const [name, [bodies, make]] of Object.entries(waits)) {
    Deno.test(`a halt in ${name} reaches its cleanup and waits, run by ${driver} [I2]`, async () => {
      for (const place of Object.values(places)) {
        const log: string[] = [];
        const outer: string[] = [];
        const body = make(log);
        const task = run(() =>
          place(function* () {
            outer.push("begun");
            try {
              yield* body();
              outer.push("never");
            } finally {
              yield* fx.sleep(0);
              outer.push("cleaned");
            }
            outer.push("never");
          })
        );
        task.catch(() => {});
        while (outer.length === 0 || log.length < bodies) await turn();
        await turn();
        await task.halt();
        assertEquals(outer, ["begun", "cleaned"]);
        assertEquals(log.sort().join(""), "+".repeat(bodies) + "-".repeat(bodies));
      }
    });
  }

  Deno.test(`a cleanup that fails in a halted retry() is not tried again, run by ${driver} [I2]`, async () => {
    let attempts = 0;
    const task = run(() =>
      retry({ attempts: 3 }, function* () {
        attempts++;
        try {
          yield* suspend();
        } finally {
          // deno-lint-ignore no-unsafe-finally
          throw new Error("cleanup");
        }
      })
    );
    task.catch(() => {});
    while (attempts === 0) await turn();
    const error = await task.halt().then(() => undefined, (error) => error);
    assertEquals([error?.message, attempts], ["cleanup", 1]);
  });

  Deno.test(`a halt comes after a shield, run by ${driver} [M1]`, async () => {
    const log: string[] = [];
    const task = run(function* () {
      yield* shield(function* () {
        log.push("in");
        yield* sleep(2);
        log.push("out");
      });
      log.push("never");
    });
    while (log.length === 0) await turn();
    await task.halt();
    assertEquals(log, ["in", "out"]);
  });

  Deno.test(`each operation of ours throws the very error in Effection, run by ${driver} [I1]`, async () => {
    const error = new RangeError("the very one");
    const fail = (): never => {
      throw error;
    };
    const pool = new GreenPool({ size: 1 });
    const failing: { [name: string]: Body } = {
      scope: () => scope(fail),
      all: () => all([suspend(), fail]),
      race: () => race([suspend(), fail]),
      timeout: () => timeout(1000, fail),
      retry: () => retry({ attempts: 1 }, fail),
      until: () => until(Promise.reject(error)),
      action: () => action((_resolve, reject) => reject(error)),
      submit: () => pool.submit(fail),
      map: () => pool.map([1], fail).next(),
      collect: () => pool.map([1], fail).collect(),
      resource: () => resource(fail),
      use: () => use(fail),
      shield: () => shield(fail),
      withLock: () => new Mutex().withLock(fail),
      *receive() {
        const channel = new Channel();
        channel.close(error);
        yield* channel.receive();
      },
      *join() {
        yield* yield* spawn(fail);
      },
      *crash() {
        yield* spawn(fail);
        yield* suspend();
      },
      ensure: () => ensure(fail),
    };
    await run(function* () {
      const givenUp = yield* caught(fx.scoped(function* () {
        yield* supervise([{ id: "a", start: fail }], { maxRestarts: 0 });
        yield* fx.suspend();
      }));
      assertEquals((givenUp as Error).name, "RestartLimitError");
      assertEquals((givenUp as Error).cause === error, true);
      for (const [name, work] of Object.entries(failing)) {
        const thrown = yield* caught(fx.scoped(work));
        assertEquals([name, thrown === error], [name, true]);
      }
    });
    await pool.close();
  });
}
