import fc from "fast-check";
import {
  buffer,
  Channel,
  chunk,
  dedupe,
  drop,
  filter,
  flatMap,
  type Input,
  map,
  merge,
  type Output,
  parallel,
  type Pipeline,
  pipeline,
  scan,
  sleep,
  spawn,
  take,
  tap,
  yieldNow,
} from "../../mod.ts";

/** Elements are numbers, and arrays of numbers after a chunk; every stage makes numbers of them. */
const numberOf = (value: unknown): number => Array.isArray(value) ? value.length : value as number;

/** What a generated stage does to an array; it stands for the same stage in whatever form it is written. */
export interface StageSpec {
  does: "map" | "filter" | "flatMap" | "take" | "drop" | "scan" | "chunk" | "dedupe" | "gather";
  n: number;
  form: "helper" | "coroutine" | "async" | "waiting" | "parallel";
  pause: number;
  /** The capacity before it; 0 for what there is by default. */
  capacity: number;
}

export interface PipelineSpec {
  elements: number[];
  source: "array" | "iterator" | "coroutine" | "async" | "stream" | "channel";
  sourcePause: number;
  stages: StageSpec[];
}

const stage: fc.Arbitrary<StageSpec> = fc.record({
  does: fc.constantFrom(
    "map",
    "filter",
    "flatMap",
    "take",
    "drop",
    "scan",
    "chunk",
    "dedupe",
    "gather",
  ),
  n: fc.integer({ min: 1, max: 5 }),
  form: fc.constantFrom("helper", "helper", "coroutine", "async", "waiting", "parallel"),
  pause: fc.integer({ min: 0, max: 2 }),
  capacity: fc.constantFrom(0, 0, 1, 2, 5),
});

/** Pipelines of all kinds. */
export const pipelines: fc.Arbitrary<PipelineSpec> = fc.record({
  elements: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }),
  source: fc.constantFrom("array", "iterator", "coroutine", "async", "stream", "channel"),
  sourcePause: fc.integer({ min: 0, max: 2 }),
  stages: fc.array(stage, { maxLength: 6 }),
});

/** Pipelines of helpers alone, all of which share one task with the source. */
export const fusedPipelines: fc.Arbitrary<PipelineSpec> = fc.record({
  elements: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 }),
  source: fc.constantFrom("array" as const, "iterator" as const),
  sourcePause: fc.constant(0),
  stages: fc.array(
    fc.record({
      does: fc.constantFrom<StageSpec["does"][]>(
        "take",
        "take",
        "chunk",
        "chunk",
        "flatMap",
        "flatMap",
        "map",
        "filter",
        "drop",
        "scan",
      ),
      n: fc.integer({ min: 1, max: 5 }),
      form: fc.constantFrom("helper" as const, "helper" as const, "waiting" as const),
      pause: fc.integer({ min: 0, max: 1 }),
      capacity: fc.constant(0),
    }),
    { minLength: 2, maxLength: 6 },
  ),
});

/** What arrays make of it. */
export function expected({ elements, stages }: PipelineSpec): unknown[] {
  return stages.reduce(applied, elements as unknown[]);
}

function applied(values: unknown[], { does, n }: StageSpec): unknown[] {
  switch (does) {
    case "map":
      return values.map((value) => numberOf(value) * 2 + n);
    case "filter":
      return values.filter((value) => numberOf(value) % n !== 0);
    case "flatMap":
      return values.flatMap((value) => Array.from({ length: numberOf(value) % n }, (_, i) => i));
    case "take":
      return values.slice(0, n);
    case "drop":
      return values.slice(n);
    case "scan": {
      let sum = n;
      return values.map((value) => sum += numberOf(value));
    }
    case "chunk":
      return Array.from(
        { length: Math.ceil(values.length / n) },
        (_, i) => values.slice(i * n, i * n + n),
      );
    case "dedupe":
      return [...new Set(values.map(numberOf))];
    case "gather":
      return [...values, values.length];
  }
}

/** Counts the parts that have begun, and their finalisers. */
export class Census {
  begun = 0;
  finalised = 0;
  /** The order in which finalisers ran, by the place of their part. */
  readonly order: number[] = [];

  enter(): void {
    this.begun++;
  }

  leave(place: number): void {
    this.finalised++;
    this.order.push(place);
  }
}

/** Called with the place of a part and how many elements have passed it; may throw. */
export type Probe = (place: number, count: number) => void;

/** Makes the pipeline. */
export function built(
  spec: PipelineSpec,
  census: Census,
  probe: Probe = () => {},
): Pipeline<unknown[]> {
  const stages = spec.stages.flatMap((spec, index) => {
    const made = stageFor(spec, census, index + 1, (count) => probe(index + 1, count));
    return spec.capacity === 0 ? [made] : [buffer(spec.capacity), made];
  });
  const source = sourceFor(spec, census, (count) => probe(0, count));
  const build = pipeline as (source: unknown, ...stages: unknown[]) => Pipeline<unknown[]>;
  return build(source, ...stages);
}

function* rest(pause: number) {
  if (pause === 1) yield* yieldNow();
  if (pause === 2) yield* sleep(1);
}

function sourceFor(
  { elements, source, sourcePause }: PipelineSpec,
  census: Census,
  probe: (count: number) => void,
): unknown {
  function* iterator() {
    census.enter();
    try {
      for (const [count, element] of elements.entries()) {
        probe(count);
        yield element;
      }
    } finally {
      census.leave(0);
    }
  }
  switch (source) {
    case "array":
      return elements;
    case "iterator":
      return iterator();
    case "coroutine":
      return function* (output: Output<number>) {
        census.enter();
        try {
          for (const [count, element] of elements.entries()) {
            probe(count);
            yield* rest(sourcePause);
            yield* output.send(element);
          }
        } finally {
          census.leave(0);
        }
      };
    case "async":
      return async function* () {
        census.enter();
        try {
          for (const [count, element] of elements.entries()) {
            probe(count);
            yield await element;
          }
        } finally {
          census.leave(0);
        }
      };
    case "stream": {
      const values = elements.values();
      return new ReadableStream({
        pull(controller) {
          const item = values.next();
          if (item.done) controller.close();
          else controller.enqueue(item.value);
        },
      }, { highWaterMark: 0 });
    }
    case "channel":
      // As a stage of a coroutine that fills it, so that it ends with the pipeline.
      return function* (output: Output<number>) {
        census.enter();
        try {
          const channel = new Channel<number>();
          yield* spawn(function* () {
            for (const [count, element] of elements.entries()) {
              probe(count);
              yield* channel.send(element);
            }
            channel.close();
          });
          yield* pipeline(channel, merge<number, number>(), function* (input: Input<number>) {
            for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
              yield* output.send(item.value);
            }
          });
        } finally {
          census.leave(0);
        }
      };
  }
}

/** One element in, some out, for the stages for which that is all there is to it. */
function eachOf({ does, n }: StageSpec): ((value: unknown) => unknown[]) | null {
  const { elements, ...one } = { elements: [], does, n } as unknown as StageSpec & { elements: [] };
  void elements;
  return does === "map" || does === "filter" || does === "flatMap"
    ? (value) => applied([value], one)
    : null;
}

function stageFor(
  spec: StageSpec,
  census: Census,
  place: number,
  probe: (count: number) => void,
): unknown {
  const { does, n, form, pause } = spec;
  let count = 0;
  const probed = <T>(value: T): T => (probe(count++), value);
  const each = eachOf(spec);
  if (form === "parallel" && each !== null) {
    const made = parallel(function* (value: unknown) {
      probed(value);
      yield* rest(pause);
      return each(value);
    }, { concurrency: n });
    return composed(made, flatMap((values) => values));
  }
  if ((form === "helper" || form === "waiting") && does !== "gather") {
    return helperFor(does, n, (value) => {
      probed(value);
      return form === "waiting" && pause > 0 ? Promise.resolve(value) : value;
    });
  }
  if (form === "async") {
    return async function* (input: AsyncIterable<unknown>) {
      census.enter();
      try {
        const values: unknown[] = [];
        if (does === "take") {
          for await (const value of input) {
            yield probed(value);
            if (values.push(value) === n) return;
          }
          return;
        }
        for await (const value of input) {
          probed(value);
          if (each !== null) yield* each(value);
          else values.push(value);
        }
        if (each === null) yield* applied(values, spec);
      } finally {
        census.leave(place);
      }
    };
  }
  return function* (input: Input<unknown>, output: Output<unknown>) {
    census.enter();
    const values: unknown[] = [];
    try {
      for (;;) {
        const value = probed(yield* input.receive());
        yield* rest(pause);
        if (each === null) {
          values.push(value);
          if (does === "take" && values.length === n) return;
        } else {
          for (const made of each(value)) yield* output.send(made);
        }
      }
    } finally {
      try {
        if (each === null) { for (const value of applied(values, spec)) yield* output.send(value); }
      } finally {
        census.leave(place);
      }
    }
  };
}

function composed(...stages: unknown[]): unknown {
  return function* (input: Input<unknown>, output: Output<unknown>) {
    const build = pipeline as (source: unknown, ...stages: unknown[]) => Pipeline<unknown>;
    yield* build(
      function* (to: Output<unknown>) {
        for (;;) {
          const item = yield* input.next();
          if (item.done) return;
          yield* to.send(item.value);
        }
      },
      ...stages,
      function* (from: Input<unknown>) {
        for (let item = yield* from.next(); !item.done; item = yield* from.next()) {
          yield* output.send(item.value);
        }
      },
    );
  };
}

/** The helper, behind a tap that looks at each element. */
function helperFor(
  does: Exclude<StageSpec["does"], "gather">,
  n: number,
  look: (value: unknown) => unknown,
): unknown {
  const looked = <T>(value: unknown, result: T): T | Promise<T> => {
    const seen = look(value);
    return seen instanceof Promise ? seen.then(() => result) : result;
  };
  switch (does) {
    case "map":
      return map((value: unknown) => looked(value, numberOf(value) * 2 + n));
    case "filter":
      return filter((value: unknown) => looked(value, numberOf(value) % n !== 0));
    case "flatMap":
      return flatMap((value: unknown) =>
        looked(value, Array.from({ length: numberOf(value) % n }, (_, i) => i))
      );
    case "scan":
      return scan((sum: number, value: unknown) => looked(value, sum + numberOf(value)), n);
    case "take":
      return take(n);
    case "drop":
      return drop(n);
    case "chunk":
      return chunk(n);
    case "dedupe":
      return composed(tap(look), map(numberOf), dedupe());
  }
}
