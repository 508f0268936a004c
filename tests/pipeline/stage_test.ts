import { assert, assertEquals } from "@std/assert";
import {
  all,
  buffer,
  ClosedError,
  ensure,
  type Input,
  Latch,
  map,
  type Output,
  pipeline,
  run,
  scope,
  select,
  sleep,
  spawn,
  take,
  yieldNow,
} from "../../mod.ts";
import { expectOrder, simulate } from "../../testing.ts";
import { caught } from "../_caught.ts";

Deno.test("a stage is closed at the end of its input, and what it sends in finally arrives [G4]", async () => {
  function* gather(input: Input<number>, output: Output<number[]>) {
    const gathered: number[] = [];
    try {
      for (;;) gathered.push(yield* input.receive());
    } finally {
      yield* sleep(5);
      yield* output.send(gathered);
      yield* output.send([]);
    }
  }
  const { value } = await simulate(() => pipeline([1, 2, 3], gather));
  assertEquals(value, [[1, 2, 3], []]);
});

Deno.test("finalisers run once, source to sink, each before the next stage comes to its end [G4]", async () => {
  const order: string[] = [];
  function* source(output: Output<number>) {
    yield* ensure(() => void order.push("source ensured"));
    try {
      for (let n = 0; n < 50; n++) yield* output.send(n);
    } finally {
      yield* sleep(3);
      order.push("source");
    }
  }
  const stage = (name: string) =>
    function* (input: Input<number>, output: Output<number>) {
      yield* spawn(function* () {
        try {
          yield* sleep(1000);
        } finally {
          order.push(`${name}'s daemon`);
        }
      }, { daemon: true });
      try {
        for (;;) yield* output.send(yield* input.receive());
      } finally {
        yield* sleep(1);
        order.push(name);
        yield* output.send(-1);
      }
    };
  function* sink(input: Input<number>) {
    let last = 0;
    try {
      for (;;) last = yield* input.receive();
    } finally {
      order.push(`sink after ${last}`);
    }
  }
  for (const seed of [undefined, 1, 2, 3]) {
    order.length = 0;
    await simulate(() => pipeline(source, stage("a"), stage("b"), sink), { seed });
    assertEquals(order, [
      "source",
      "source ensured",
      "a",
      "a's daemon",
      "b",
      "b's daemon",
      "sink after -1",
    ]);
  }
});

Deno.test("next() tells of the end, and the stage goes on after it [G4]", async () => {
  function* counted(input: Input<string>, output: Output<string | number>) {
    let count = 0;
    for (let item = yield* input.next(); !item.done; item = yield* input.next()) count++;
    yield* output.send(count);
    assertEquals(yield* input.next(), { done: true, value: undefined });
    yield* output.send("over");
  }
  assertEquals(await run(() => pipeline("abc", counted)), [3, "over"]);
});

Deno.test("a catch around receive() sees a ClosedError, and a stage that asks again is returned from [G4]", async () => {
  const seen: unknown[] = [];
  let left = 0;
  function* stubborn(input: Input<number>, output: Output<number>) {
    try {
      for (;;) {
        try {
          yield* output.send(yield* input.receive());
        } catch (error) {
          seen.push(error);
        }
      }
    } finally {
      left++;
      yield* output.send(-1);
    }
  }
  assertEquals(await run(() => pipeline([1, 2], stubborn)), [1, 2, -1]);
  assertEquals([seen.length, left], [1, 1]);
  assert(seen[0] instanceof ClosedError);
});

Deno.test("the end passes through nested scopes, and closes the stage [G4]", async () => {
  let inner = 0;
  function* nested(input: Input<number>, output: Output<number>) {
    for (;;) {
      yield* scope(function* () {
        try {
          yield* output.send(yield* input.receive());
        } finally {
          yield* yieldNow();
          inner++;
        }
      });
    }
  }
  assertEquals(await run(() => pipeline([1, 2], nested)), [1, 2]);
  assertEquals(inner, 3);
});

Deno.test("several tasks of a stage share its input, each element goes to one of them [C1]", async () => {
  function* shared(input: Input<number>, output: Output<number>) {
    const lane = function* () {
      for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
        yield* sleep(item.value % 3);
        yield* output.send(item.value);
      }
    };
    yield* all([lane, lane, lane]);
  }
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  for (let seed = 0; seed < 20; seed++) {
    const { value } = await simulate(() => pipeline(numbers, shared), { seed });
    assertEquals(value.toSorted((a, b) => a - b), numbers);
  }
});

Deno.test("an element that is not received by a cancelled select stays for the next receive [C3][R5]", async () => {
  function* impatient(input: Input<number>, output: Output<number | string>) {
    for (;;) {
      const { key, value } = yield* select({ item: input.next(), late: sleep(10) });
      if (key === "late") {
        yield* output.send("late");
      } else {
        if (value.done) return;
        yield* output.send(value.value);
      }
    }
  }
  function* slow(output: Output<number>) {
    for (let n = 0; n < 5; n++) {
      yield* sleep(n === 2 ? 25 : 10);
      yield* output.send(n);
    }
  }
  for (let seed = 0; seed < 30; seed++) {
    const { value } = await simulate(() => pipeline(slow, impatient), { seed });
    assertEquals(value.filter((item) => item !== "late"), [0, 1, 2, 3, 4]);
  }
});

Deno.test("select() takes an element that is there already, and one that comes [R5]", async () => {
  const taken: unknown[] = [];
  function* choosing(input: Input<number>, _output: Output<number>) {
    for (let n = 0; n < 3; n++) {
      taken.push(yield* select({ never: sleep(1000), item: input.receive() }));
    }
  }
  await simulate(() => pipeline([1, 2, 3], choosing));
  assertEquals(taken, [1, 2, 3].map((value) => ({ key: "item", value })));
});

Deno.test("leaving early closes those before it, the source first, and what they send is dropped [G4][P4]", async () => {
  const order = expectOrder();
  function* source(output: Output<number>) {
    try {
      for (let n = 0;; n++) yield* output.send(n);
    } finally {
      yield* sleep(10);
      order(2);
    }
  }
  function* stage(input: Input<number>, output: Output<number>) {
    try {
      for (;;) yield* output.send(yield* input.receive());
    } finally {
      for (let n = 0; n < 100; n++) yield* output.send(n);
      yield* sleep(10);
      order(3);
    }
  }
  function* leaves(input: Input<number>, output: Output<number>) {
    yield* output.send(yield* input.receive());
    order(1);
  }
  const { value } = await simulate(() => pipeline(source, stage, leaves, map((n) => n)));
  assertEquals(value, [0]);
  order.end(3);
});

Deno.test("a stage that waits for something else is closed when nobody needs it any more [P4]", async () => {
  let closed = false;
  function* stuck(input: Input<number>, output: Output<number>) {
    try {
      yield* output.send(yield* input.receive());
      yield* sleep(1e6);
    } finally {
      closed = true;
    }
  }
  const { value, time } = await simulate(() => pipeline([1, 2], stuck, take(1)));
  assertEquals([value, closed, time], [[1], true, 0]);
});

Deno.test("a stage that runs on without asking for more is heard at its next wait [S2]", async () => {
  const steps: string[] = [];
  function* busy(output: Output<number>) {
    for (let n = 0;; n++) {
      steps.push("send");
      yield* output.send(n);
    }
  }
  await run(() => pipeline(busy, take(3)));
  const before = steps.length;
  await run(() => sleep(1));
  assertEquals(steps.length, before);
  assert(before < 40, `${before} elements were sent for 3 that were taken`);
});

Deno.test("what is sent after the stage is over is refused [C5]", async () => {
  let leaked: Output<number> | undefined;
  let error: unknown;
  await run(function* () {
    yield* pipeline([1], function* (_input: Input<number>, output: Output<number>) {
      leaked = output;
    });
    error = yield* caught(leaked!.send(1));
  });
  assert(error instanceof ClosedError);
});

Deno.test("an input that was kept beyond its stage is at its end [C5]", async () => {
  let kept: Input<number> | undefined;
  const { value } = await simulate(function* () {
    yield* pipeline(
      function* endless(output: Output<number>) {
        for (let n = 0;; n++) yield* output.send(n);
      },
      function* leaves(input: Input<number>, output: Output<number>) {
        kept = input;
        yield* output.send(yield* input.receive());
      },
    );
    return [yield* caught(kept!.receive()), yield* kept!.next()] as const;
  });
  assert(value[0] instanceof ClosedError);
  assertEquals(value[1], { done: true, value: undefined });
});

Deno.test("what is on its way when a stage leaves early is worked on by nobody [P4]", async () => {
  let received = 0;
  function* source(output: Output<number>) {
    try {
      for (let n = 0;; n++) yield* output.send(n);
    } finally {
      yield* sleep(50);
    }
  }
  function* stage(input: Input<number>, output: Output<number>) {
    for (;;) {
      const element = yield* input.receive();
      received++;
      yield* output.send(element);
      yield* sleep(1);
    }
  }
  const { value, time } = await simulate(() => pipeline(source, stage, take(1)));
  assertEquals([value, received, time], [[0], 1, 50]);
});

Deno.test("an element that a cancelled task was woken for goes to another one [C3][Y4]", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const arrived = new Latch();
    const { value } = await simulate(() =>
      pipeline(
        function* source(output: Output<number>) {
          yield* sleep(10);
          yield* output.send(1);
          // The end would wake the other one too.
          yield* arrived.wait();
        },
        function* lanes(input: Input<number>, output: Output<number>) {
          const lane = function* () {
            for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
              arrived.open();
              yield* output.send(item.value);
            }
          };
          const first = yield* spawn(lane);
          yield* spawn(lane);
          yield* sleep(10);
          yield* first.cancel();
        },
      ), { seed });
    // One that is cancelled after it has received may take the element with it.
    assert(value.length <= 1, `seed ${seed}: ${value}`);
  }
});

Deno.test("room that a cancelled task was woken for goes to another one [C3][Y4]", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const { value } = await simulate(() =>
      pipeline(
        function* source(output: Output<number>) {
          yield* output.send(0);
          const first = yield* spawn(() => output.send(1));
          yield* sleep(1);
          yield* spawn(() => output.send(2));
          yield* sleep(9);
          yield* first.cancel();
        },
        buffer(1),
        function* slow(input: Input<number>, output: Output<number>) {
          yield* sleep(10);
          yield* output.send(yield* input.receive());
          yield* sleep(20);
          for (;;) yield* output.send(yield* input.receive());
        },
      ), { seed });
    assert(value[0] === 0 && value.at(-1) === 2, `seed ${seed}: ${value}`);
  }
});

Deno.test("tasks of a stage that receive end with the input, and none of their elements is lost [G4][C1]", async () => {
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  for (const joins of [false, true]) {
    for (let seed = 0; seed < 10; seed++) {
      let closed = 0;
      const { value } = await simulate(
        () =>
          pipeline(numbers, function* lanes(input: Input<number>, output: Output<number>) {
            const lane = function* () {
              try {
                for (;;) {
                  const n = yield* scope(() => input.receive());
                  yield* sleep(n % 3);
                  yield* output.send(n);
                }
              } finally {
                yield* sleep(1);
                yield* output.send(-1);
                closed++;
              }
            };
            const tasks = [yield* spawn(lane), yield* spawn(lane), yield* spawn(lane)];
            if (joins) { for (const task of tasks) yield* task; }
          }),
        { seed },
      );
      assertEquals(value.toSorted((a, b) => a - b), [-1, -1, -1, ...numbers], `seed ${seed}`);
      assertEquals(closed, 3);
    }
  }
});
