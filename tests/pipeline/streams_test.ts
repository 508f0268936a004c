import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Channel,
  collect,
  map,
  type Operation,
  type Output,
  pipeline,
  reduce,
  run,
  sleep,
  spawn,
  take,
  toChannel,
  toWritable,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

function* numbers() {
  for (let n = 0;; n++) yield n;
}

Deno.test("Web streams are sources, stages and sinks, and are closed [P4]", async () => {
  let cancelled: unknown = "no";
  let pulled = 0;
  const readable = new ReadableStream<number>({
    pull: (controller) => controller.enqueue(pulled++),
    cancel: async (reason) => {
      await null;
      cancelled = reason;
    },
  }, { highWaterMark: 0 });
  assertEquals(await run(() => pipeline(readable, take(2))), [0, 1]);
  assertEquals([cancelled, pulled, readable.locked], [undefined, 2, false]);
  const written: string[] = [];
  let closed = false;
  const writable = new WritableStream<string>({
    write: (text) => void written.push(text),
    close: () => void (closed = true),
  });
  await run(() => pipeline(["a", "b"], map((s) => s.repeat(2)), toWritable(writable)));
  assertEquals([written, closed], [["aa", "bb"], true]);
  const unzipped = await run(() =>
    pipeline(
      Array.from({ length: 500 }, (_, n) => `line ${n}\n`),
      new TextEncoderStream(),
      new CompressionStream("gzip"),
      new DecompressionStream("gzip"),
      new TextDecoderStream(),
      reduce((text, part) => text + part, ""),
    )
  );
  assertEquals(unzipped.split("\n").length, 501);
  const left = await run(() =>
    pipeline(numbers(), map((n) => `${n}`), new TextEncoderStream(), take(2))
  );
  assertEquals(left.length, 2);
});

Deno.test("toWritable() keeps to the stream's back-pressure, and can leave it open [G2]", async () => {
  let pulled = 0, writing = 0;
  const gate = Promise.withResolvers<void>();
  const stream = new WritableStream<number>({
    write: () => (writing++, gate.promise),
  }, { highWaterMark: 1 });
  function* source() {
    for (; pulled < 100;) yield pulled++;
  }
  const task = run(() => pipeline(source(), toWritable(stream, { close: false })));
  for (let turn = 0; turn < 20; turn++) await run(() => sleep(0));
  assertEquals(writing, 1);
  assert(pulled <= 20, `${pulled} pulled`);
  gate.resolve();
  await task;
  assertEquals([writing, stream.locked], [100, false]);
  await stream.close();
});

Deno.test("async generator functions are sources and stages, and are left [P4][S8]", async () => {
  const left: string[] = [];
  async function* source() {
    try {
      for (let n = 0;; n++) yield await Promise.resolve(n);
    } finally {
      await null;
      left.push("source");
    }
  }
  async function* doubled(input: AsyncIterable<number>) {
    try {
      for await (const n of input) yield 2 * n;
      left.push("not reached");
    } finally {
      left.push("stage");
    }
  }
  assertEquals(await run(() => pipeline(source, doubled, take(3))), [0, 2, 4]);
  assertEquals(left, ["source", "stage"]);
  async function* summed(input: AsyncIterable<number>) {
    let sum = 0;
    for await (const n of input) sum += n;
    yield sum;
  }
  assertEquals(await run(() => pipeline([1, 2, 3], summed)), [6]);
});

Deno.test("an async stage that waits for an element is let go when it is cancelled [S1]", async () => {
  let left = false;
  async function* waiting(input: AsyncIterable<number>) {
    try {
      for await (const n of input) yield n;
    } finally {
      left = true;
    }
  }
  const { time } = await simulate(function* () {
    const task = yield* spawn(() => pipeline(new Channel<number>(), waiting));
    yield* sleep(1);
    yield* task.cancel();
  });
  assertEquals([left, time], [true, 1]);
});

Deno.test("channels are sources and sinks [C1][C5]", async () => {
  const { value } = await simulate(function* () {
    const from = new Channel<number>();
    const to = new Channel<number>({ capacity: 1 });
    yield* spawn(function* () {
      for (let n = 0; n < 5; n++) yield* from.send(n);
      from.close();
    });
    yield* spawn(() => pipeline(from, map((n) => -n), toChannel(to)));
    return yield* pipeline(to, collect());
  });
  assertEquals(value, [-0, -1, -2, -3, -4]);
  const open = new Channel<number>({ capacity: 9 });
  await run(() => pipeline([1, 2], toChannel(open, { close: false })));
  await run(() => pipeline(open, take(1)));
  assertEquals([open.closed, open.size], [false, 1]);
});

Deno.test("toWritable() that leaves the stream open ends when all is written, or fails with it [S10]", async () => {
  const written: number[] = [];
  const later = new WritableStream<number>({
    async write(n) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      written.push(n);
    },
  }, { highWaterMark: 9 });
  await run(() => pipeline([1, 2, 3], toWritable(later, { close: false })));
  assertEquals([written, later.locked], [[1, 2, 3], false]);
  const boom = new Error("boom");
  const broken = new WritableStream<number>({
    async write(n) {
      await null;
      if (n === 2) throw boom;
    },
  }, { highWaterMark: 9 });
  const error = await assertRejects(() =>
    run(() => pipeline([1, 2, 3], toWritable(broken, { close: false })))
  );
  assertEquals((error as Error).cause, boom);
});

Deno.test("a cancellation stays one for a pipeline that reads what another one sends [G3][S3]", async () => {
  function* slow(output: Output<number>) {
    try {
      yield* output.send(1);
      yield* sleep(1e6);
    } finally {
      yield* sleep(5);
    }
  }
  for (const isBody of [true, false]) {
    const { value } = await simulate(function* () {
      const task = yield* spawn(function* () {
        const channel = new Channel<number>();
        const writes = (): Operation<unknown> => pipeline(slow, toChannel(channel));
        const reads = (): Operation<unknown> => pipeline(channel, map((n) => n), collect());
        yield* spawn(isBody ? reads : writes);
        yield* (isBody ? writes : reads)();
      });
      yield* sleep(10);
      yield* task.cancel();
      return task.status;
    });
    assertEquals(value, "cancelled");
  }
});

Deno.test("a stream that has come to its end is unlocked", async () => {
  const stream = ReadableStream.from([1, 2]);
  assertEquals(await run(() => pipeline(stream)), [1, 2]);
  assertEquals(stream.locked, false);
});

Deno.test("a TransformStream that terminates ends the stage, and closes those before it [P4]", async () => {
  const upTo = (last: number) =>
    new TransformStream<number, number>({
      transform(n, controller) {
        controller.enqueue(n);
        if (n === last) controller.terminate();
      },
    });
  assertEquals(await run(() => pipeline(numbers(), upTo(2))), [0, 1, 2]);
  assertEquals(await run(() => pipeline([0, 1, 2, 3], upTo(1), map((n) => -n))), [-0, -1]);
  let closed = false;
  function* waits(output: Output<number>) {
    try {
      yield* output.send(0);
      yield* sleep(1e6);
    } finally {
      closed = true;
    }
  }
  assertEquals(await run(() => pipeline(waits, upTo(0))), [0]);
  assert(closed);
});
