import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  broadcast,
  CancelledError,
  Channel,
  collect,
  compose,
  count,
  filter,
  flatMap,
  forEach,
  type Input,
  map,
  type Operation,
  type Output,
  parallel,
  pipeline,
  PipelineError,
  reduce,
  run,
  scan,
  sleep,
  spawn,
  take,
  tap,
  toChannel,
  toWritable,
} from "../../mod.ts";
import { simulate } from "../../testing.ts";

async function failureOf(work: () => Operation<unknown>): Promise<PipelineError> {
  const error = await assertRejects(() => run(work));
  assert(error instanceof PipelineError, `${error}`);
  return error;
}

const boom = new RangeError("boom");

function parse(text: string): number {
  if (text === "x") throw boom;
  return Number(text);
}

function* parseAll(input: Input<string>, output: Output<number>) {
  for (;;) yield* output.send(parse(yield* input.receive()));
}

Deno.test("a failing stage is named, with its cause and the element that broke it [G3]", async () => {
  const trim = (text: string) => text.trim();
  const programs = [
    () => pipeline(["1", "x", "2"], map(trim), tap(() => {}), map(parse)),
    () => pipeline(["1", "x", "2"], map(trim), tap(() => {}), parseAllNamedParse),
    () =>
      pipeline(
        ["1", "x", "2"],
        parallel(trim),
        take(9),
        parallel(function* parse(text) {
          yield* sleep(0);
          if (text === "x") throw boom;
        }),
      ),
  ];
  function* parse_(input: Input<string>, output: Output<number>) {
    yield* parseAll(input, output);
  }
  const parseAllNamedParse = Object.defineProperty(parse_, "name", { value: "parse" });
  for (const program of programs) {
    const error = await failureOf(program);
    assertEquals(error.message, `pipeline stage 3 'parse' failed at "x": RangeError: boom`);
    assertEquals([error.cause, error.element, error.hasElement], [boom, "x", true]);
    assertEquals({ ...error.place }, { part: "stage", position: [3], name: "parse" });
  }
});

Deno.test("every helper that calls a function names it, and carries the element [G3]", async () => {
  const fail = (value: number): never => {
    throw new Error(`at ${value}`);
  };
  const later = (value: number): Promise<never> => Promise.reject(new Error(`at ${value}`));
  for (const fn of [fail, later]) {
    const stages = [
      map((n: number) => fn(n)),
      filter((n: number) => fn(n)),
      flatMap((n: number) => fn(n)),
      tap((n: number) => fn(n)),
      scan((_sum: number, n: number) => fn(n), 0),
      parallel((n: number) => fn(n)),
    ];
    const names = ["map", "filter", "flatMap", "tap", "scan", "parallel"];
    for (const [index, stage] of stages.entries()) {
      const error = await failureOf(() => pipeline([7], stage as never));
      assertEquals(error.message, `pipeline stage 1 '${names[index]}' failed at 7: Error: at 7`);
      assertEquals([error.element, error.hasElement], [7, true]);
    }
    const sinks = [forEach((n: number) => fn(n)), reduce((_: number, n: number) => fn(n), 0)];
    for (const [index, sink] of sinks.entries()) {
      const error = await failureOf(() => pipeline([7], sink as never));
      assertEquals(
        error.message,
        `pipeline sink '${["forEach", "reduce"][index]}' failed at 7: Error: at 7`,
      );
    }
  }
});

Deno.test("sources, fragments and sinks are named too [G3]", async () => {
  function* numbers() {
    yield 1;
    throw boom;
  }
  function* source(output: Output<number>) {
    yield* output.send(1);
    throw boom;
  }
  async function* later() {
    yield await 1;
    throw boom;
  }
  const broken = new ReadableStream<number>({ pull: () => Promise.reject(boom) });
  const channel = new Channel<number>();
  channel.close(boom);
  const named = [
    [() => pipeline(numbers()), "source 'Generator'"],
    [() => pipeline(source, count()), "source 'source'"],
    [() => pipeline(later), "source 'later'"],
    [() => pipeline(later()), "source 'AsyncGenerator'"],
    [() => pipeline(broken), "source 'ReadableStream'"],
    [() => pipeline(channel), "source 'Channel'"],
    [
      () => pipeline(["x"], map((s) => s), compose(map((s: string) => s), map(parse))),
      "stage 2.2 'parse'",
    ],
  ] as const;
  for (const [program, place] of named) {
    const error = await failureOf(program);
    assertStringIncludes(error.message, `pipeline ${place} failed`);
    assertEquals(error.cause, boom);
  }
  const sink = await failureOf(() =>
    pipeline([1], function* total(input: Input<number>) {
      yield* input.receive();
      throw boom;
    })
  );
  assertEquals(sink.message, "pipeline sink 'total' failed at 1: RangeError: boom");
});

Deno.test("a failure cancels the others, and is thrown when they have ended [G3][G4]", async () => {
  const ended: string[] = [];
  function* source(output: Output<number>) {
    try {
      for (let n = 0;; n++) yield* output.send(n);
    } finally {
      yield* sleep(5);
      ended.push("source");
    }
  }
  function* last(input: Input<number>, output: Output<number>) {
    try {
      for (;;) yield* output.send(yield* input.receive());
    } finally {
      yield* sleep(10);
      // Nobody takes it any more, and yet it must not hold up the end.
      for (let n = 0; n < 100; n++) yield* output.send(n);
      ended.push("last");
    }
  }
  const error = await assertRejects(
    () =>
      simulate(() =>
        pipeline(source, map((n) => n === 20 ? parse("x") : n), last, forEach(() => sleep(1)))
      ),
    PipelineError,
  );
  assertEquals((error as PipelineError).cause, boom);
  assertEquals(ended, ["source", "last"]);
});

Deno.test("what a stage spawns and what its cleanup throws is its failure [G3][S9]", async () => {
  const spawned = await failureOf(() =>
    pipeline([1], function* spawner(input: Input<number>, _output: Output<number>) {
      yield* input.receive();
      yield* spawn(() => Promise.reject(boom));
      yield* sleep(1000);
    })
  );
  assertEquals(spawned.message, "pipeline stage 1 'spawner' failed at 1: RangeError: boom");
  function* untidy(input: Input<number>, _output: Output<number>) {
    try {
      for (;;) yield* input.receive();
    } finally {
      // deno-lint-ignore no-unsafe-finally -- that is what is tested
      throw boom;
    }
  }
  const closing = await failureOf(() => pipeline([1], untidy));
  assertEquals(closing.message, "pipeline stage 1 'untidy' failed: RangeError: boom");
  // Cancelled because of one failure, it adds another: none is lost.
  const both = await assertRejects(() =>
    run(() =>
      pipeline(
        new Channel<number>(),
        untidy,
        function* fails(_i: Input<number>, _o: Output<number>) {
          yield* sleep(0);
          throw new Error("first");
        },
      )
    )
  ) as AggregateError;
  assertEquals(both.errors?.map((error) => (error as Error).message), [
    "pipeline stage 2 'fails' failed: Error: first",
    "pipeline stage 1 'untidy' failed: RangeError: boom",
  ]);
});

Deno.test("a source that cannot be closed is a failure, after the one that came first [G3][S9]", async () => {
  function* numbers() {
    try {
      for (let n = 0;; n++) yield n;
    } finally {
      // deno-lint-ignore no-unsafe-finally -- that is what is tested
      throw boom;
    }
  }
  const left = await failureOf(() => pipeline(numbers(), take(1)));
  assertEquals([left.place.part, left.cause], ["source", boom]);
  const both = await assertRejects(() =>
    run(() => pipeline(numbers(), map(() => Promise.reject(new Error("first")))))
  ) as AggregateError;
  assert(both.errors.every((error) => error instanceof PipelineError));
  assertEquals(both.errors.map(({ place, cause }) => [place.part, (cause as Error).message]), [
    ["stage", "first"],
    ["source", "boom"],
  ]);
});

Deno.test("a cancellation passes as itself [S3]", async () => {
  const task = run(() => pipeline([1], map(() => sleep(1e6)), forEach(() => {})));
  await run(() => sleep(1));
  await task.cancel("enough");
  assertEquals(task.status, "cancelled");
  await assertRejects(() => task, CancelledError, "enough");
  // One that somebody else's task brings is a failure.
  const other = run(() => sleep(1e6));
  await other.cancel();
  const error = await failureOf(() => pipeline([1], map(() => other)));
  assert(error.cause instanceof CancelledError);
});

Deno.test("a failure or a cancellation reaches what the sink holds", async () => {
  const channel = new Channel<number>({ capacity: 1 });
  await failureOf(() => pipeline(["1", "x"], map(parse), toChannel(channel)));
  assert(channel.closed);
  let reason: unknown;
  const stream = new WritableStream<number>({ abort: (error) => void (reason = error) });
  const error = await failureOf(() => pipeline(["1", "x"], map(parse), toWritable(stream)));
  assertEquals(error.cause, boom);
  assert(reason instanceof CancelledError);
  const branch = await failureOf(() =>
    pipeline(["1", "x"], broadcast(count(), compose(map(parse), collect())))
  );
  assertStringIncludes(branch.message, "RangeError: boom");
});

Deno.test("a writable that fails is the sink's failure, with what it failed with [G3]", async () => {
  const stream = new WritableStream<number>({
    write(n) {
      if (n === 3) throw boom;
    },
  });
  const error = await failureOf(() => pipeline([1, 2, 3, 4, 5, 6], toWritable(stream)));
  assertEquals([error.place.part, error.cause], ["sink", boom]);
});

Deno.test("bad arguments are refused where they are given", () => {
  const cases: [() => unknown, typeof TypeError | typeof RangeError, string][] = [
    [() => pipeline(5 as never), TypeError, "the source must be iterable"],
    [
      () => pipeline([], 5 as never, count()),
      TypeError,
      "stage 1 must be a function or a TransformStream",
    ],
    [() => pipeline([], count() as never, count()), TypeError, "stage 1 is the sink 'count'"],
    [() => map(5 as never), TypeError, "Cannot map: 'fn' must be a function: current value is 5"],
    [() => take(-1), RangeError, "Cannot take: 'count' must be a whole number"],
    [() => take("1" as never), TypeError, "Cannot take: 'count'"],
    [() => parallel((n) => n, { concurrency: 0 }), RangeError, "'concurrency' must be"],
    [
      () => parallel((n) => n, { executor: {} as never }),
      TypeError,
      "'executor' must be an Executor",
    ],
    [() => toChannel({} as never), TypeError, "'channel' must be a Channel"],
    [() => toWritable({} as never), TypeError, "'stream' must be a WritableStream"],
    [() => broadcast(5 as never), TypeError, "each target must be a sink"],
  ];
  for (const [call, ErrorClass, message] of cases) assertThrows(call, ErrorClass, message);
});

Deno.test("a function that is no coroutine is a failure that says so [G3]", async () => {
  const stage = await failureOf(() =>
    pipeline([1], ((_input: unknown, _output: unknown) => 5) as never, count())
  );
  assertStringIncludes(stage.message, "It must be a generator function");
  const source = await failureOf(() => pipeline((() => 5) as never, count()));
  assertStringIncludes(source.message, "It must be a generator function");
});

Deno.test("lanes that fail at once are failures of their own [S9]", async () => {
  const error = await assertRejects(() =>
    simulate(() =>
      pipeline(
        [1, 2],
        parallel(function* fetch(n) {
          try {
            yield* sleep(n === 1 ? 1 : 5);
          } finally {
            // deno-lint-ignore no-unsafe-finally -- that is what is tested
            throw new Error(`no ${n}`);
          }
        }),
      )
    )
  ) as AggregateError;
  assertEquals(error.errors?.map((error) => (error as Error).message), [
    "pipeline stage 1 'fetch' failed at 1: Error: no 1",
    "pipeline stage 1 'fetch' failed at 2: Error: no 2",
  ]);
});

Deno.test("what a user's iterator does wrong is not blamed on others [G3]", async () => {
  const iterators: Iterator<number>[] = [
    {
      next: () => ({ done: false, value: 1 }),
      return: () => {
        throw boom;
      },
    },
    { next: () => undefined as never },
  ];
  for (const iterator of iterators) {
    const sync = { [Symbol.iterator]: () => iterator };
    const later = { [Symbol.asyncIterator]: () => iterator as unknown as AsyncIterator<number> };
    for (const made of [sync, later]) {
      const spread = await failureOf(() =>
        pipeline([7], flatMap(() => made as Iterable<number>), take(1))
      );
      assertEquals([spread.place.name, spread.element], ["flatMap", 7]);
      const source = await failureOf(() => pipeline(made as Iterable<number>, take(1)));
      assertEquals(source.place.part, "source");
    }
  }
  const none = {
    [Symbol.asyncIterator]: () => {
      throw boom;
    },
  } as AsyncIterable<number>;
  assertEquals((await failureOf(() => pipeline([7], flatMap(() => none)))).place.name, "flatMap");
});

Deno.test("a part that works on several elements at a time carries none rather than a wrong one [G3]", async () => {
  function* fails(input: Input<number>) {
    yield* input.receive();
    yield* sleep(1);
    throw boom;
  }
  const error = await failureOf(() =>
    pipeline(
      Array.from({ length: 99 }, (_, n) => n + 1),
      broadcast(count(), fails, { capacity: 1 }),
    )
  );
  assertEquals([error.place.name, error.hasElement], ["broadcast", false]);
  assertEquals([(error.cause as PipelineError).element, (error.cause as PipelineError).cause], [
    1,
    boom,
  ]);
  const stream = new TransformStream<number, number>({
    transform: (n) => {
      if (n === 1) throw boom;
    },
  }, { highWaterMark: 9 });
  const broken = await failureOf(() => pipeline(Array.from({ length: 99 }, (_, n) => n), stream));
  assertEquals([broken.cause, broken.hasElement], [boom, false]);
});
