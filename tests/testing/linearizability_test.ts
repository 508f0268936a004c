import { assert, assertEquals, assertThrows } from "@std/assert";
import { all, Barrier, Channel, Mutex, type Operation, Semaphore, yieldNow } from "../../mod.ts";
import {
  type Call,
  explore,
  History,
  isLinearizable,
  type SequentialModel,
} from "../../testing.ts";

type QueueOperation = number | "receive";

/** A queue of a certain capacity; a rendezvous takes a value in and waits for the taker. */
const queue = (capacity: number): SequentialModel<number[], QueueOperation, number | void> => ({
  initial: [],
  apply(state, operation) {
    if (operation === "receive") {
      return state.length === 0 ? null : { state: state.slice(1), result: state[0] };
    }
    if (state.length >= Math.max(capacity, 1)) return null;
    return { state: [...state, operation], result: undefined };
  },
});

const call = (
  operation: QueueOperation,
  called: number,
  returned: number,
  result: number | void,
): Call<QueueOperation, number | void> => ({ operation, called, returned, result });

Deno.test("isLinearizable() accepts what could have happened, and nothing else", () => {
  const q = queue(9);
  assert(isLinearizable([call(1, 0, 1, undefined), call("receive", 2, 3, 1)], q));
  assert(!isLinearizable([call(1, 2, 3, undefined), call("receive", 0, 1, 1)], q));
  // Overlapping sends may be taken in either order, others not.
  assert(
    isLinearizable(
      [call(1, 0, 3, undefined), call(2, 1, 2, undefined), call("receive", 4, 5, 2)],
      q,
    ),
  );
  assert(
    !isLinearizable(
      [call(1, 0, 1, undefined), call(2, 2, 3, undefined), call("receive", 4, 5, 2)],
      q,
    ),
  );
  // What has not returned may have happened or not.
  assert(isLinearizable([call(1, 0, Infinity, undefined), call("receive", 1, 2, 1)], q));
  assert(isLinearizable([call(1, 0, Infinity, undefined)], queue(0)));
  assert(isLinearizable([call("receive", 0, Infinity, undefined)], q), "it cannot have happened");
  assert(!isLinearizable([call("receive", 1, 2, 1)], q));
  const many = Array.from({ length: 31 }, (_, at) => call(1, at, Infinity, undefined));
  assertThrows(() => isLinearizable(many, q), RangeError, "at most 30");
});

/** Explores a program that writes a history, under random and PCT schedules. */
async function explored<S, O, R>(
  model: SequentialModel<S, O, R>,
  program: (history: History<O, R>) => Operation<unknown>,
) {
  for (const strategy of ["random", "pct"] as const) {
    const { failure } = await explore(function* () {
      const history = new History<O, R>();
      yield* program(history);
      assert(isLinearizable(history.calls, model), JSON.stringify(history.calls));
    }, { strategy, runs: 1500 });
    assertEquals(failure?.story, undefined);
  }
}

for (const capacity of [0, 1, 2]) {
  Deno.test(`a channel of capacity ${capacity} is linearizable [C1] [C2]`, async () => {
    await explored(queue(capacity), function* (history) {
      const channel = new Channel<number>({ capacity });
      function* sender(first: number) {
        for (const n of [first, first + 1]) yield* history.call(n, channel.send(n));
      }
      function* receiver() {
        for (let i = 0; i < 2; i++) yield* history.call("receive", channel.receive());
      }
      yield* all([() => sender(10), () => sender(20), receiver, receiver]);
    });
  });
}

for (const permits of [1, 2]) {
  Deno.test(`a ${permits === 1 ? "mutex" : "semaphore of 2"} is linearizable [Y1] [Y2]`, async () => {
    const model: SequentialModel<number, "acquire" | "release", void> = {
      initial: permits,
      apply(free, operation) {
        if (operation === "release") return { state: free + 1, result: undefined };
        return free === 0 ? null : { state: free - 1, result: undefined };
      },
    };
    await explored(model, function* (history) {
      const lock = permits === 1 ? new Mutex() : new Semaphore(permits);
      function* user() {
        for (let i = 0; i < 2; i++) {
          const held: { release?: () => void } = {};
          yield* history.call("acquire", function* () {
            const permit = yield* lock.acquire();
            held.release = () => permit.release();
          });
          yield* yieldNow();
          yield* history.call("release", () => held.release!());
        }
      }
      yield* all([user, user, user]);
    });
  });
}

Deno.test("a barrier lets nobody through before all have come [Y6]", async () => {
  // To have come is one moment, to be through is another.
  const model: SequentialModel<{ come: number; through: number }, "come" | "through", void> = {
    initial: { come: 0, through: 0 },
    apply({ come, through }, operation) {
      if (operation === "come") return { state: { come: come + 1, through }, result: undefined };
      const most = 2 * Math.floor(come / 2);
      return through >= most ? null : { state: { come, through: through + 1 }, result: undefined };
    },
  };
  await explored(model, function* (history) {
    const barrier = new Barrier(2);
    function* party() {
      for (let round = 0; round < 2; round++) {
        yield* history.call("come", () => {});
        yield* history.call("through", function* () {
          yield* barrier.wait();
        });
      }
    }
    yield* all([party, party]);
  });
});

Deno.test("a queue with a bug is found not to be linearizable", async () => {
  const { ok } = await explore(function* () {
    const history = new History<QueueOperation, number | void>();
    const values: number[] = [];
    function* receiver() {
      yield* history.call("receive", function* () {
        while (values.length === 0) yield* yieldNow();
        const [first] = values;
        yield* yieldNow();
        values.shift();
        return first;
      });
    }
    yield* all([
      () => history.call(1, () => void values.push(1)),
      () => history.call(2, () => void values.push(2)),
      receiver,
      receiver,
    ]);
    assert(isLinearizable(history.calls, queue(9)), "not linearizable");
  }, { runs: 1000 });
  assert(!ok);
});
