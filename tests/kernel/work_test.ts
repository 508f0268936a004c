import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, run, Semaphore, sleep, spawn, suspend, until, yieldNow } from "../../mod.ts";
import { simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

const values: [what: string, value: unknown][] = [
  ["an array", [1, 2]],
  ["a string", "text"],
  ["a Map", new Map([["k", 1]])],
  ["a Set", new Set([1])],
  ["typed memory", new Uint8Array([1, 2])],
  ["a plain iterable", {
    *[Symbol.iterator]() {
      yield 1;
    },
  }],
  ["an iterator of the language", [1, 2].values()],
  ["nothing", undefined],
  ["a function", () => 1],
];

for (const [what, value] of values) {
  Deno.test(`a thunk that returns ${what} has it as its result`, async () => {
    assert(await run(() => value) === value);
    await simulate(function* () {
      const child = yield* spawn(() => value);
      assert((yield* child) === value);
    });
  });
}

Deno.test("a thunk may return an operation of the library, which is run", async () => {
  const channel = new Channel<string>({ capacity: 1 });
  channel.trySend("received");
  assertEquals(await run(() => channel.receive()), "received");
  assertEquals(await run(() => new Semaphore(1).withPermit(() => "held")), "held");
  const task = run(() => 5);
  assertEquals(await run(() => task), 5);
});

Deno.test("a thunk may be an async function, or return a promise", async () => {
  assertEquals(await run(() => Promise.resolve("promised")), "promised");
  assertEquals(
    await run(async () => {
      await null;
      return "async";
    }),
    "async",
  );
  await assertRejects(() => run(() => Promise.reject(new Error("rejected"))), Error, "rejected");
});

Deno.test("a thenable that settles twice, or from within, is taken once [J2]", async () => {
  await simulate(function* () {
    const twice = {
      then(resolve: (value: string) => void, reject: (error: Error) => void) {
        resolve("first");
        resolve("second");
        reject(new Error("third"));
      },
    };
    assertEquals(yield* until(twice as PromiseLike<string>), "first");
    yield* sleep(1);
    const child = yield* spawn(() => twice as Promise<string>);
    assertEquals(yield* child, "first");
  });
});

Deno.test("a thenable whose then throws makes the wait throw", async () => {
  await simulate(function* () {
    const broken = {
      then() {
        throw new Error("no then");
      },
    };
    const error = yield* caught(until(broken as never));
    assertEquals((error as Error).message, "no then");
    yield* sleep(1);
  });
});

Deno.test("operations can be awaited from ordinary code", async () => {
  const channel = new Channel<number>();
  const waits: unknown[] = [channel.receive(), channel.send(7), sleep(0), yieldNow()];
  assertEquals(await Promise.all(waits), [7, undefined, undefined, undefined]);
  await assertRejects(() => Promise.resolve(until(Promise.reject(new Error("no")))), Error, "no");
});

const mistakes: [value: unknown, words: string][] = [
  [5, "5"],
  [undefined, "undefined"],
  [null, "null"],
  ["text", '"text"'],
  [Promise.resolve(1), "an instance of Promise"],
  [{ enter: 5 }, "an object"],
  [new Channel<number>().receive(), "an operation"],
  [(function* () {})(), "an operation"],
];

for (const [value, words] of mistakes) {
  Deno.test(`yielding ${words} throws a TypeError that names task and value and suggests yield*`, async () => {
    await simulate(function* () {
      let message = "";
      const task = run(function* careless() {
        try {
          yield value as never;
        } catch (error) {
          assert(error instanceof TypeError);
          message = error.message;
        }
        yield* yieldNow();
        return "goes on";
      });
      assertEquals(yield* task, "goes on");
      assertEquals(
        message,
        `Task ${task.id} 'careless' yielded ${words}, which is not an effect: write 'yield*' to run an ` +
          `operation, and wrap a promise, as in 'yield* until(promise)'`,
      );
    });
  });
}

Deno.test("a cancelled async function that did not ask for its signal is left behind", async () => {
  await simulate(function* () {
    const { promise, resolve } = Promise.withResolvers<void>();
    let later = false;
    const task = yield* spawn(async () => {
      await promise;
      later = true;
    });
    yield* yieldNow();
    yield* task.cancel();
    assertEquals([task.status, later], ["cancelled", false]);
    resolve();
  });
});

Deno.test("an iterator of the user's own that knows no throw is ended by a cancellation", async () => {
  await simulate(function* () {
    const bare = {
      [Symbol.toStringTag]: "Generator",
      [Symbol.iterator]() {
        return this;
      },
      next: () => ({ done: false, value: suspend() }),
    };
    const task = yield* spawn(() => bare as never);
    yield* yieldNow();
    yield* task.cancel();
    assertEquals(task.status, "cancelled");
  });
});
