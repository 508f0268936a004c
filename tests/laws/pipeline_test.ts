/** Pipelines: G. */
import { assert, assertEquals } from "@std/assert";
import {
  buffer,
  type Effect,
  type Input,
  map,
  type Output,
  parallel,
  pipeline,
  PipelineError,
  sleep,
  yieldNow,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { built, Census, expected, pipelines } from "../pipeline/_generated.ts";
import { law, lawOfAll } from "./law.ts";

type Body<T = void> = Generator<Effect<unknown>, T, unknown>;

lawOfAll(
  "a pipeline results in what arrays do, whatever its parts and capacities, and every finaliser runs once, source to sink [G1] [G4] [S8]",
  pipelines,
  (spec) =>
    function* () {
      const census = new Census();
      assertEquals(yield* built(spec, census), expected(spec));
      assertEquals(census.finalised, census.begun);
      // Everyone is closed after those before it, unless it left before they did.
      if (spec.stages.every(({ does }) => does !== "take")) {
        assertEquals(census.order, census.order.toSorted((a, b) => a - b));
      }
    },
);

law("coroutine stages and a parallel one give what arrays do [G1]", function* () {
  function* twice(input: Input<number>, output: Output<number>): Body {
    for (;;) yield* output.send(2 * (yield* input.receive()));
  }
  const result = yield* pipeline(
    [1, 2, 3],
    twice,
    parallel(function* (n: number): Body<number> {
      yield* yieldNow();
      return n + 1;
    }, { concurrency: 2 }),
    map((n) => `${n}`),
  );
  assertEquals(result, ["3", "5", "7"]);
}, { deviations: 3, interrupted: false });

law("an element is in at most one place, and backpressure reaches the source [G2]", function* () {
  let made = 0;
  let done = 0;
  const places = new Map<number, string>();
  const move = (n: number, from: string, to: string): void => {
    assertEquals(places.get(n) ?? "source", from);
    places.set(n, to);
  };
  function* source(output: Output<number>): Body {
    for (let n = 0; n < 5; n++) {
      made++;
      // One in the stage, one in each buffer, one that waits to be sent, and one in the sink.
      assert(made - done <= 5, `${made - done} are under way`);
      yield* output.send(n);
    }
  }
  function* stage(input: Input<number>, output: Output<number>): Body {
    for (;;) {
      const n = yield* input.receive();
      move(n, "source", "stage");
      yield* output.send(n);
    }
  }
  yield* pipeline(source, buffer(1), stage, buffer(1), function* (input: Input<number>): Body {
    for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
      move(item.value, "stage", "sink");
      yield* yieldNow();
      done++;
    }
  });
  assertEquals([made, done], [5, 5]);
}, { deviations: 4, interrupted: false });

law(
  "a failing stage cancels the others, which clean up, and its error is the pipeline's [G3]",
  function* () {
    const boom = new Error("boom");
    let inside = 0;
    function* visit(work: () => Body): Body {
      inside++;
      try {
        yield* work();
      } finally {
        try {
          yield* yieldNow();
        } finally {
          inside--;
        }
      }
    }
    const error = yield* caught(pipeline(
      (output: Output<number>) =>
        visit(function* () {
          for (let n = 0;; n++) yield* output.send(n);
        }),
      (input: Input<number>, output: Output<number>) =>
        visit(function* () {
          for (;;) {
            const n = yield* input.receive();
            if (n === 2) throw boom;
            yield* output.send(n);
          }
        }),
      (input: Input<number>) =>
        visit(function* () {
          for (let item = yield* input.next(); !item.done; item = yield* input.next());
        }),
    ));
    assertEquals(inside, 0);
    assert(error instanceof PipelineError, String(error));
    assertEquals(error.cause, boom);
  },
  { interrupted: false },
);

law(
  "closing runs every stage's finaliser once, source to sink, and what it sends there arrives [G4]",
  function* () {
    const order: string[] = [];
    function* source(output: Output<number>): Body {
      try {
        yield* output.send(1);
        yield* output.send(2);
      } finally {
        yield* yieldNow();
        order.push("source");
      }
    }
    const summing = (name: string) =>
      function* (input: Input<number>, output: Output<number>): Body {
        let sum = 0;
        try {
          for (;;) sum += yield* input.receive();
        } finally {
          yield* sleep(1);
          yield* output.send(sum);
          yield* output.send(sum);
          order.push(name);
        }
      };
    assertEquals(yield* pipeline(source, summing("a"), summing("b")), [6, 6]);
    assertEquals(order, ["source", "a", "b"]);
  },
  { interrupted: false },
);
