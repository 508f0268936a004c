import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  Broadcast,
  Channel,
  Mutex,
  pipeline,
  run,
  scope,
  Semaphore,
  sleep,
  spawn,
  suspend,
  yieldNow,
} from "../../mod.ts";
import type { Program } from "./_scenes.ts";
import { assertNoLeaks, interruptEverywhere, simulate } from "../../testing.ts";

/** What is left behind, with the functions in which it was made or spawned, but not the files. */
async function leaksOf(program: Program) {
  const { leaks } = await simulate(program);
  return leaks.map(({ kind, what }) => `${kind}: ${what.replace(/ \(file:.*?\)/g, "")}`);
}

Deno.test("leaks name permits, values and tasks, and where they were made", async () => {
  const leaks = await leaksOf(function* program() {
    const semaphore = new Semaphore(3);
    yield* semaphore.acquire();
    yield* semaphore.acquire();
    yield* new Mutex().acquire();
    const channel = new Channel<number>({ capacity: 2 });
    channel.trySend(1);
    channel.close();
    run(suspend, { name: "orphan" });
    yield* yieldNow();
  });
  assertEquals(leaks, [
    "task: task 2 'orphan', which waits for suspend(), spawned at program",
    "permit: 2 permits of a semaphore, made at program",
    "permit: 1 permit of a mutex, made at program",
    "value: 1 value in a channel, made at program",
  ]);
});

Deno.test("what a subscriber leaves unread, and what a pipeline holds when it is left, is no leak", async () => {
  const leaks = await leaksOf(function* program() {
    const news = new Broadcast<number>();
    yield* scope(function* () {
      yield* news.subscribe();
      news.publish(1);
    });
    yield* pipeline([1, 2, 3], function* first(input) {
      yield* input.receive();
    });
  });
  assertEquals(leaks, []);
});

Deno.test("interruptEverywhere() says where what is left behind was made", async () => {
  const error = await assertRejects(() =>
    interruptEverywhere(function* program() {
      const mutex = new Mutex();
      const permit = yield* mutex.acquire();
      yield* sleep(1);
      permit.release();
    })
  );
  assertMatch(
    (error as Error).message,
    /^Cancelled before step 1: .*1 permit of a mutex, made at program \(.*leaks_test\.ts:\d+:\d+\)$/s,
  );
});

Deno.test("assertNoLeaks() in a program names the tasks that it has left running", async () => {
  const error = await assertRejects(() =>
    simulate(function* program() {
      yield* spawn(() => sleep(1), { name: "late" });
      yield* yieldNow();
      assertNoLeaks();
    })
  );
  assertMatch(
    (error as Error).message,
    /task 2 'late', which waits for sleep\(1\), spawned at program/,
  );
});
