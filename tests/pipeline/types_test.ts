/** Pipelines are typed from end to end: each line compiles only as it is said to. */
import { assertEquals } from "@std/assert";
import {
  broadcast,
  Channel,
  chunk,
  collect,
  compose,
  coroutine,
  count,
  dedupe,
  drop,
  filter,
  flatMap,
  forEach,
  type Input,
  map,
  merge,
  type Output,
  parallel,
  partition,
  pipeline,
  reduce,
  run,
  scan,
  sleep,
  type Stage,
  take,
  tap,
  throttle,
  toChannel,
  toWritable,
} from "../../mod.ts";

function* lengths(input: Input<string>, output: Output<number>) {
  for (;;) yield* output.send((yield* input.receive()).length);
}

function* total(input: Input<number>) {
  let sum = 0;
  for (let item = yield* input.next(); !item.done; item = yield* input.next()) sum += item.value;
  return sum;
}

Deno.test("pipeline() has the type of its sink, or of what comes out", async () => {
  const doubled: number[] = await run(() => pipeline([1, 2], map((n) => 2 * n)));
  const lines: string[] = await pipeline(["a b"], flatMap((line) => line.split(" ")));
  const measured: number[] = await pipeline(["abc"], lengths);
  const sum: number = await pipeline(["abc", "d"], lengths, total);
  const text: string = await pipeline([1, 2], reduce((all, n) => `${all}${n}`, ""));
  const nothing: void = await pipeline([1], forEach((n) => n.toFixed()));
  const characters: number = await pipeline("abc", count());
  assertEquals([doubled, lines, measured, sum], [[2, 4], ["a", "b"], [3], 4]);
  assertEquals([text, nothing, characters], ["12", undefined, 3]);
});

Deno.test("pipeline() takes sources of every kind, with their types", async () => {
  const channel = new Channel<number>({ capacity: 1 });
  channel.trySend(1);
  channel.close();
  function* coroutineSource(output: Output<number>) {
    yield* output.send(1);
  }
  async function* generatorSource() {
    await null;
    yield 1;
  }
  const results: number[][] = [
    await pipeline([1], map((n) => n + 1)),
    await pipeline(new Set([1]), map((n) => n + 1)),
    await pipeline(channel, map((n) => n + 1)),
    await pipeline(coroutineSource, map((n) => n + 1)),
    await pipeline(generatorSource, map((n) => n + 1)),
    await pipeline(generatorSource(), map((n) => n + 1)),
    await pipeline(ReadableStream.from([1]), map((n) => n + 1)),
  ];
  assertEquals(results, Array.from({ length: 7 }, () => [2]));
});

Deno.test("stages keep and change types", async () => {
  const found: string[] = await pipeline([1, "a"], filter((value) => typeof value === "string"));
  const chunks: number[][] = await pipeline([1, 2, 3], chunk(2), take(1));
  const sums: number[] = await pipeline([1, 1], dedupe(), scan((sum, n) => sum + n, 0), drop(0));
  const awaited: string[] = await pipeline([1], map((n) => Promise.resolve(`${n}`)));
  const waited: string[] = await pipeline(
    [1],
    map(function* (n) {
      yield* sleep(0);
      return `${n}`;
    }),
  );
  const mixed: (string | number)[] = await pipeline([1], merge(["a"]), tap(() => {}));
  const worked: string[] = await pipeline([1], parallel((n) => Promise.resolve(`${n}`)));
  const bytes: string[] = await pipeline(["a"], new TextEncoderStream(), new TextDecoderStream());
  const slow: number[] = await pipeline([1], throttle({ limit: 1, interval: 1 }));
  async function* twice(input: AsyncIterable<number>) {
    for await (const n of input) yield `${n}${n}`;
  }
  const generated: string[] = await pipeline([1], twice);
  assertEquals([found, chunks, sums], [["a"], [[1, 2]], [1]]);
  assertEquals([awaited, waited, new Set(mixed)], [["1"], ["1"], new Set([1, "a"])]);
  assertEquals([worked, bytes, slow, generated], [["1"], ["a"], [1], ["11"]]);
});

Deno.test("fragments, several sinks and ten stages are typed", async () => {
  const fragment: Stage<string, number> = compose(
    map((s: string) => s.length),
    filter((n) => n > 1),
  );
  const ended = compose(fragment, count());
  const long: number[] = await pipeline(["abc", "d"], fragment);
  const counted: number = await pipeline(["abc", "d"], ended);
  const [all, size]: [number[], number] = await pipeline([1, 2], broadcast(collect(), count()));
  const passed: number[] = await pipeline([1], broadcast(count()), map((n) => n + 1));
  const [texts, numbers]: [string[], number[]] = await pipeline(
    [1, "a"],
    partition((value) => typeof value === "string", collect(), collect()),
  );
  const inc = map((n: number) => n + 1);
  const ten: number = await pipeline(
    [0],
    ...[inc, inc, inc, inc, inc] as const,
    ...[inc, inc, inc, inc] as const,
    map((n) => `${n}`.length),
    reduce((sum, n) => sum + n, 0),
  );
  assertEquals([long, counted, all, size, passed], [[3], 1, [1, 2], 2, [2]]);
  assertEquals([texts, numbers, ten], [["a"], [1], 1]);
});

Deno.test("a wrong type of element does not compile", () => {
  const channel = new Channel<number>();
  // Only looked at by the compiler.
  const wrong = () => [
    // @ts-expect-error: a stage of strings after numbers
    pipeline([1], lengths),
    // @ts-expect-error: the same among helpers
    pipeline([1], map((n) => n + 1), map((s: string) => s)),
    // @ts-expect-error: the function takes what the stage before it hands on
    pipeline(["a"], map((s) => s.length), filter((s) => s.startsWith("a"))),
    // @ts-expect-error: a sink of numbers after strings
    pipeline(["a"], total),
    // @ts-expect-error: the same for a channel
    pipeline(["a"], toChannel(channel)),
    // @ts-expect-error: the same for a Web stream
    pipeline([1], toWritable(new WritableStream<string>())),
    // @ts-expect-error: a Web stream that takes strings
    pipeline([1], new TextEncoderStream()),
    // @ts-expect-error: an async generator function that takes strings
    pipeline([1], async function* (input: AsyncIterable<string>) {
      yield* input;
    }),
    // @ts-expect-error: a fragment of strings
    pipeline([1], compose(map((s: string) => s.length), filter((n) => n > 1))),
    // @ts-expect-error: within a fragment
    compose(map((s: string) => s.length), map((s: string) => s)),
    // @ts-expect-error: a sink is not a stage
    pipeline([1], count(), map((n) => n)),
    pipeline([1], function* (input: Input<number>, output: Output<number>) {
      // @ts-expect-error: what goes out is a number
      yield* output.send(`${yield* input.receive()}`);
    }),
    // @ts-expect-error: a number is no source
    pipeline(1, count()),
  ];
  assertEquals(typeof wrong, "function");
  const averager = coroutine(function* (): Generator<number, string, number> {
    let sum = 0;
    for (let count = 1; count < 3; count++) sum += yield sum / count;
    return "done";
  });
  const average: number = averager.send(1);
  // @ts-expect-error: it is sent numbers
  const send = () => averager.send("1");
  assertEquals([average, typeof send], [0.5, "function"]);
});
