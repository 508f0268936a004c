import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  ready,
  RestartLimitError,
  scope,
  sleep,
  StartError,
  supervise,
  superviseMany,
  suspend,
  UnknownChildError,
} from "../../mod.ts";
import { caught } from "../_caught.ts";
import { listened, now } from "./_children.ts";

Deno.test("superviseMany() runs a child for each call, with its arguments, and forgets those that end", async () => {
  const { value } = await simulate(function* () {
    const log: string[] = [];
    function* serve(name: string, ms: number) {
      yield* sleep(ms);
      log.push(`${name} at ${now()}`);
    }
    const many = yield* superviseMany(serve);
    const ids = [yield* many.start("a", 5), yield* many.start("b", 9)];
    assertEquals(many.size, 2);
    yield* sleep(7);
    assertEquals(many.children().map(({ id, status }) => [id, status]), [[ids[1], "running"]]);
    yield* sleep(7);
    assertEquals(many.size, 0);
    return { ids, log };
  });
  assertEquals(value, { ids: ["serve 1", "serve 2"], log: ["a at 5", "b at 9"] });
});

Deno.test("superviseMany() stops all at the same time, under one deadline [V5]", async () => {
  const warn = console.warn;
  const forced: unknown[] = [];
  console.warn = (text: unknown) => void forced.push(text);
  try {
    const { value } = await simulate(function* () {
      let clean = 0;
      function* serve(cleanup: number) {
        try {
          yield* suspend();
        } finally {
          yield* sleep(cleanup);
          clean++;
        }
      }
      const many = yield* superviseMany(serve, { shutdown: 100 });
      for (let i = 0; i < 50; i++) yield* many.start(80);
      yield* many.start(1000);
      yield* sleep(1);
      yield* many.shutdown();
      return [clean, now(), many.size];
    });
    assertEquals(value, [50, 101, 0]);
    assertEquals(forced.length, 1);
  } finally {
    console.warn = warn;
  }
});

Deno.test("superviseMany() stops one by its id, restarts by rule, and gives up like others [V1] [V2]", async () => {
  const { value } = await simulate(() =>
    caught(scope(function* () {
      let starts = 0;
      function* serve(fails: boolean) {
        starts++;
        yield* sleep(10);
        if (fails) throw new Error("served badly");
        yield* suspend();
      }
      const many = yield* superviseMany(serve, { restart: "transient", maxRestarts: 2 });
      const id = yield* many.start(false);
      yield* many.stop(id);
      assertInstanceOf(yield* caught(many.stop(id)), UnknownChildError);
      yield* many.start(true);
      yield* sleep(15);
      assertEquals(starts, 2);
      yield* suspend();
    }))
  );
  assertInstanceOf(value, RestartLimitError);
  assertEquals(value.failures.map(({ id }) => id), Array(3).fill("serve 2"));
});

Deno.test("superviseMany() waits for a child to be ready, and for others at the same time", async () => {
  const { value } = await simulate(function* () {
    function* serve(ms: number) {
      yield* sleep(ms);
      yield* ready();
      yield* suspend();
    }
    const many = yield* superviseMany(serve, { startTimeout: 50, name: "connection" });
    const starts = [many.start(30), many.start(20), many.start(60)];
    assertEquals([yield* starts[1], now()], ["connection 2", 20]);
    assertEquals([yield* starts[0], now()], ["connection 1", 30]);
    assertInstanceOf(yield* caught(starts[2]), StartError);
    return [now(), many.size];
  });
  assertEquals(value, [50, 2]);
});

Deno.test("superviseMany() shuts down with its last significant child", async () => {
  const { time } = await simulate(function* () {
    const many = yield* superviseMany((ms: number) => sleep(ms), {
      significant: true,
      autoShutdown: "all_significant",
    });
    void many.start(10);
    void many.start(20);
    yield* many.join();
  });
  assertEquals(time, 20);
});

Deno.test("superviseMany() checks what it is given", () => {
  assertThrows(() => superviseMany(5 as never), TypeError, "'start'");
  assertThrows(() => superviseMany(suspend, { shutdown: -1 }), RangeError, "'shutdown'");
  assertThrows(() => superviseMany(suspend, { name: 5 as never }), TypeError, "'name'");
  assertThrows(
    () => superviseMany(suspend, { strategy: "one_for_all" } as never),
    TypeError,
    "'strategy'",
  );
  assertThrows(() => superviseMany(suspend, { maxRestarts: 0.5 }), RangeError, "'maxRestarts'");
});

Deno.test("a child of many that fails is told of, and does not concern the others", async () => {
  const { value } = await simulate(function* () {
    const many = yield* superviseMany(function* (fails: boolean) {
      if (fails) throw new Error("this one only");
      yield* suspend();
    }, { events: listened() });
    yield* many.start(false);
    yield* many.start(true);
    yield* sleep(1);
    return many.children().length;
  });
  assert(value === 1);
});

Deno.test("superviseMany() stops the newest first, and forgets those too that complete and are not temporary", async () => {
  const { value } = await simulate(function* () {
    const log: number[] = [];
    const many = yield* superviseMany(function* (n: number) {
      if (n === 0) return;
      try {
        yield* suspend();
      } finally {
        log.push(n);
      }
    }, { restart: "transient" });
    for (const n of [0, 1, 2, 3]) yield* many.start(n);
    yield* sleep(1);
    const { size } = many;
    yield* many.shutdown();
    return [size, ...log];
  });
  assertEquals(value, [3, 3, 2, 1]);
});

Deno.test("ten thousand children start and stop, also before they have taken a step", async () => {
  for (const pause of [0, 1]) {
    let begun = 0;
    const child = function* () {
      begun++;
      yield* suspend();
    };
    const { value } = await simulate(function* () {
      const ids = Array.from({ length: 10_000 }, (_, n) => ({ id: `${n}`, start: () => child() }));
      const supervisor = yield* supervise(ids);
      const many = yield* superviseMany(child);
      for (let n = 0; n < 10_000; n++) void many.start();
      if (pause > 0) yield* sleep(pause);
      yield* many.shutdown();
      yield* supervisor.shutdown();
      return [many.size, supervisor.children().filter(({ status }) => status !== "stopped").length];
    });
    assertEquals(value, [0, 0]);
    if (pause > 0) assertEquals(begun, 20_000);
  }
});
