import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  all,
  Channel,
  currentTask,
  DeadlockError,
  race,
  resource,
  run,
  scope,
  select,
  sleep,
  spawn,
  suspend,
  timeout,
  use,
  yieldNow,
} from "../../mod.ts";
import { explore, LivelockError, simulate } from "../../testing.ts";
import type { Program } from "./_scenes.ts";

function* stuck() {
  yield* suspend();
}

Deno.test("a deadlock names where each blocked task was spawned, whatever spawned it [D3]", async () => {
  const programs: { readonly [name: string]: Program } = {
    spawner: function* spawner() {
      yield* spawn(stuck);
    },
    allOf: function* allOf() {
      yield* all([stuck]);
    },
    raceOf: function* raceOf() {
      yield* race([stuck]);
    },
    scopeOf: function* scopeOf() {
      yield* scope(stuck);
    },
    timeoutOf: function* timeoutOf() {
      yield* timeout(Infinity, stuck);
    },
    selectOf: function* selectOf() {
      yield* select({ stuck });
    },
    resourceOf: function* resourceOf() {
      yield* resource(stuck);
    },
    useOf: function* useOf() {
      yield* use(stuck as never);
    },
    runner: function* runner() {
      yield* run(stuck);
    },
  };
  for (const [name, program] of Object.entries(programs)) {
    const error = await assertRejects(() => simulate(program), DeadlockError);
    const sites = error.blocked.map(({ spawnedAt }) => spawnedAt);
    assertEquals(sites.length, 2, name);
    assertEquals(sites[0], undefined, "nobody but the simulation spawned the program");
    assertMatch(sites[1]!, new RegExp(`^at ${name} \\(.*/task_reports_test\\.ts:\\d+:\\d+\\)$`));
    assertStringIncludes(error.message, `, spawned ${sites[1]}`);
  }
});

Deno.test("a livelock names where each task was spawned [D4]", async () => {
  const error = await assertRejects(
    () =>
      simulate(function* spawner() {
        yield* spawn(function* spinner() {
          for (;;) yield* yieldNow();
        });
      }, { maxSteps: 20 }),
    LivelockError,
  );
  assertMatch(error.tasks[1].spawnedAt!, /^at spawner \(/);
  assertStringIncludes(error.message, `'spinner' waits for its turn to run, spawned at spawner`);
});

Deno.test("tasks are numbered from 1 in each run, so that the same seed gives the same text [D1]", async () => {
  const program = function* () {
    const ids = [currentTask().id];
    yield* all([() => void ids.push(currentTask().id), () => void ids.push(currentTask().id)]);
    yield* sleep(1);
    yield* spawn(() => void ids.push(currentTask().id));
    yield* sleep(1);
    assertEquals(ids, [1, 2, 3, 4]);
    yield* scope(() => new Channel().receive());
  };
  const texts = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const before = run(function* () {});
    const error = await assertRejects(() => simulate(program), DeadlockError);
    texts.add(error.message);
    const after = run(function* () {});
    assertEquals(after.id, before.id + 1, "the numbers of other tasks go on");
    await Promise.all([before, after]);
  }
  assertEquals(texts.size, 1);
  assertMatch([...texts][0], /task 1 'program' waits.*\n {2}task 5 'scope' waits/);
});

Deno.test("the trace, the story and the program name tasks by the same numbers [D1]", async () => {
  const { trace, value } = await simulate(function* () {
    return yield* all([() => currentTask().id, () => currentTask().id]);
  });
  assertEquals(trace.map(({ task }) => task), [1, ...value, 1]);
  const { failure } = await explore(function* () {
    yield* all([stuck, stuck]);
  });
  assertMatch(
    failure!.story,
    /task 3 'stuck' waits for suspend\(\)\n[\s\S]*it failed[\s\S]*task 3 '/,
  );
});
