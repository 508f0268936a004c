import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Coroutine, coroutine, StopIteration } from "../../mod.ts";

function* averager(): Generator<number, string, number> {
  let sum = 0;
  let count = 0;
  for (;;) {
    const value = yield count === 0 ? 0 : sum / count;
    if (value < 0) return `${count} values`;
    sum += value;
    count++;
  }
}

Deno.test("coroutine() is primed: its first send() is taken by its first yield", () => {
  const seen: string[] = [];
  const echo = coroutine(function* (prefix: string): Generator<void, void, string> {
    seen.push("begun");
    for (;;) seen.push(prefix + (yield));
  }, "> ");
  assertEquals(seen, ["begun"]);
  echo.send("a");
  echo.send("b");
  assertEquals(seen, ["begun", "> a", "> b"]);
});

Deno.test("send() gives what is yielded next, and throws StopIteration when it returns", () => {
  const average: Coroutine<number, number, string> = coroutine(averager);
  assertEquals([average.send(10), average.send(30), average.send(5)], [10, 20, 15]);
  assertEquals([average.done, average.result, average.name], [false, undefined, "averager"]);
  const stop = assertThrows(() => average.send(-1), StopIteration);
  assertEquals(stop.value, "3 values");
  assertEquals([average.done, average.result], [true, "3 values"]);
  const again = assertThrows(() => average.send(1), StopIteration, "it has ended");
  assertEquals(again.value, undefined);
  const late = new Error("late");
  assertEquals(assertThrows(() => average.throw(late)), late);
});

Deno.test("throw() raises at the yield: caught, it goes on; else it ends, and the error passes", () => {
  const caught: unknown[] = [];
  const sturdy = coroutine(function* (): Generator<number, void, number> {
    for (let n = 0;; n++) {
      try {
        yield n;
      } catch (error) {
        caught.push(error);
      }
    }
  });
  const boom = new Error("boom");
  assertEquals(sturdy.throw(boom), 1);
  assertEquals([caught, sturdy.send(0)], [[boom], 2]);
  const weak = coroutine(averager);
  assertEquals(assertThrows(() => weak.throw(boom)), boom);
  assert(weak.done);
  const returns = coroutine(function* (): Generator<void, number, void> {
    try {
      yield;
    } catch {
      return 7;
    }
    return 8;
  });
  assertEquals(assertThrows(() => returns.throw(boom), StopIteration).value, 7);
});

Deno.test("close() runs the finally blocks, once, and passes what they throw [S8]", () => {
  let closed = 0;
  function* held(): Generator<void, void, void> {
    try {
      for (;;) yield;
    } finally {
      closed++;
    }
  }
  const one = coroutine(held);
  one.close();
  one.close();
  assertEquals([closed, one.done], [1, true]);
  {
    using _two = coroutine(held);
  }
  assertEquals(closed, 2);
  const broken = coroutine(function* () {
    try {
      yield;
    } finally {
      // deno-lint-ignore no-unsafe-finally -- that is what is tested
      throw new Error("untidy");
    }
  });
  assertThrows(() => broken.close(), Error, "untidy");
  const stubborn = coroutine(function* () {
    try {
      yield 1;
    } finally {
      yield 2;
    }
  });
  assertThrows(() => stubborn.close(), Error, "it yielded 2 while it was being closed");
});

Deno.test("it is iterable: what it yields, first what nobody was given", () => {
  function* counting(): Generator<number, void, number | undefined> {
    let n = 0;
    while (n < 5) n = (yield n) ?? n + 1;
  }
  assertEquals([...coroutine(counting)], [0, 1, 2, 3, 4]);
  const some = coroutine(counting);
  assertEquals(some.send(2), 2);
  for (const n of some) if (n === 3) break;
  assertEquals([...some], [4]);
  assertEquals([some.done, [...some]], [true, []]);
});

Deno.test("one that sends to itself is told so", () => {
  const loop: { self?: Coroutine<number, void, void> } = {};
  loop.self = coroutine(function* (): Generator<void, void, number> {
    for (;;) {
      const n = yield;
      loop.self!.send(n);
    }
  });
  assertThrows(() => loop.self!.send(1), Error, "it is running");
});

Deno.test("what throws before its first yield throws where it is made; what yields nothing has ended", () => {
  assertThrows(
    // deno-lint-ignore require-yield -- that is what is tested
    () =>
      coroutine(function* (): Generator<void, void, void> {
        throw new Error("at once");
      }),
    Error,
    "at once",
  );
  // deno-lint-ignore require-yield -- that is what is tested
  const nothing = coroutine(function* (): Generator<void, number, void> {
    return 3;
  });
  assertEquals([nothing.done, nothing.result], [true, 3]);
  assertThrows(() => coroutine(5 as never), TypeError, "it must be a generator function");
  assertThrows(() => coroutine((() => 5) as never), TypeError, "it returned 5");
});

Deno.test("source | grep | broadcast | printers, as in the book, closes from the source to the sinks [G4]", () => {
  interface Target<T> {
    send(value: T): unknown;
    close(): void;
  }
  const closed: string[] = [];
  function* grep(pattern: string, target: Target<string>): Generator<void, void, string> {
    try {
      for (;;) {
        const line = yield;
        if (line.includes(pattern)) target.send(line);
      }
    } finally {
      closed.push(`grep ${pattern}`);
      target.close();
    }
  }
  function* broadcast(targets: Target<string>[]): Generator<void, void, string> {
    try {
      for (;;) {
        const line = yield;
        for (const target of targets) target.send(line);
      }
    } finally {
      closed.push("broadcast");
      for (const target of targets) target.close();
    }
  }
  function* printer(page: string[]): Generator<void, void, string> {
    try {
      for (;;) page.push(yield);
    } finally {
      closed.push("printer");
    }
  }
  function source(lines: string[], target: Target<string>) {
    for (const line of lines) target.send(line);
    target.close();
  }
  const page: string[] = [];
  const print = coroutine(printer, page);
  source(
    ["python is lazy", "swig", "python generators"],
    coroutine(broadcast, [
      coroutine(grep, "python", print),
      coroutine(grep, "swig", print),
    ]),
  );
  assertEquals(page, ["python is lazy", "swig", "python generators"]);
  assertEquals(closed, ["broadcast", "grep python", "printer", "grep swig"]);
});

Deno.test("an async generator function makes no coroutine, as it does not run when it is sent to", () => {
  assertThrows(() => coroutine(async function* () {} as never), TypeError, "a generator function");
});

Deno.test("what was closed before anyone was given what it waits at yields nothing", () => {
  const closed = coroutine(averager);
  closed.close();
  assertEquals([...closed], []);
});
