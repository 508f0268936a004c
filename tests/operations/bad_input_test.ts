import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  all,
  Broadcast,
  Channel,
  createContext,
  currentTask,
  ensure,
  exponential,
  fibonacci,
  fixed,
  GreenPool,
  Mutex,
  RateLimiter,
  retry,
  run,
  Scheduler,
  scope,
  Semaphore,
  SoloExecutor,
  spawn,
  suspend,
  UsageError,
  use,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

const nothing = () => {};

const takesOptions: { [name: string]: (options: never) => unknown } = {
  "run": (options) => run(nothing, options),
  "spawn": (options) => spawn(nothing, options),
  "scope": (options) => scope(nothing, options),
  "retry": (options) => retry(options, nothing),
  "exponential": (options) => exponential(options),
  "fibonacci": (options) => fibonacci(options),
  "fixed": (options) => fixed(5, options),
  "Channel": (options) => new Channel(options),
  "Broadcast": (options) => new Broadcast(options),
  "RateLimiter": (options) => new RateLimiter(options),
  "Scheduler": (options) => new Scheduler(options),
  "GreenPool": (options) => new GreenPool(options),
  "SoloExecutor": (options) => new SoloExecutor(options),
  "submit": (options) => new SoloExecutor().submit(nothing, options),
  "map": (options) => new SoloExecutor().map([], nothing, options),
  "close": (options) => new SoloExecutor().close(options),
  "cancel": (options) => run(suspend).cancel("no longer", options),
};

for (const [name, call] of Object.entries(takesOptions)) {
  Deno.test(`${name}: options that are no object are a TypeError`, () => {
    for (const options of [null, 5, "name", ["name"], true]) {
      const error = assertThrows(() => call(options as never), TypeError);
      assertMatch(error.message, /^Cannot .*(must be an object|it takes \{)/);
    }
  });
}

Deno.test("simulate: options that are no object are a TypeError", async () => {
  for (const options of [null, 5, "seed"]) {
    await assertRejects(() => simulate(nothing, options as never), TypeError, "must be an object");
  }
});

Deno.test("a scheduler's options are checked", () => {
  for (const name of ["clock", "ready", "random", "onIdle", "budget"]) {
    assertThrows(() => new Scheduler({ [name]: "x" }), TypeError, `'${name}'`);
  }
  assertThrows(() => new Scheduler({ budget: -1 }), RangeError, "'budget'");
  assertThrows(() => new Scheduler({ budget: NaN }), RangeError, "'budget'");
});

Deno.test("a promise is no record of operations", () => {
  assertThrows(() => all(Promise.resolve(1) as never), TypeError, "it takes an array or a record");
});

Deno.test("what is bound to a scope is a UsageError where there is none", async () => {
  const context = createContext<number>("number");
  const outside: PromiseLike<unknown>[] = [
    spawn(suspend),
    ensure(nothing),
    use({ [Symbol.dispose]: nothing }),
    context.set(1),
    new Broadcast<number>().subscribe(),
  ];
  for (const operation of outside) {
    await assertRejects(async () => await operation, UsageError, "in a coroutine");
  }
  assertThrows(() => currentTask(), UsageError, "outside a task");
});

Deno.test("a second release is a UsageError, and gives nothing back twice [Y5]", async () => {
  const semaphore = new Semaphore(2);
  const mutex = new Mutex();
  for (const permit of [await semaphore.acquire(), await mutex.acquire()]) {
    permit.release();
    assertThrows(() => permit.release(), UsageError, "released already");
  }
  assertEquals([semaphore.available, mutex.locked], [2, false]);
});
