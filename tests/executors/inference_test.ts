/** Results are typed without annotations: each line compiles only when its type is inferred. */
import { assertEquals } from "@std/assert";
import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  type Job,
  jobsFrom,
  run,
  sleep,
  type Task,
  withExecutor,
} from "../../mod.ts";

const jobs = jobsFrom<typeof import("./fixtures/jobs.ts")>(
  import.meta.resolve("./fixtures/jobs.ts"),
);

Deno.test("jobs have the types of what their functions come to", () => {
  const sync: Job<number> = jobs.square(1);
  const coroutine: Job<number> = jobs.squareSoon(1);
  const promise: Job<number> = jobs.squareLater(1);
  const stream: Job<AsyncIterable<number>> = jobs.upTo(1);
  const names = [sync, coroutine, promise, stream].map(({ name }) => name);
  assertEquals(names, ["square", "squareSoon", "squareLater", "upTo"]);
  const text: Job<string> = jobs.twice("a");
  const number: Job<number> = jobs.twice(1);
  const generic = jobs.firstOf(["a"]) as Job<string>;
  assertEquals([text.name, number.name, generic.name], ["twice", "twice", "firstOf"]);
  // @ts-expect-error: no overload takes a boolean
  jobs.twice(true);
  // @ts-expect-error: the argument of the function is a number
  jobs.square("1");
  // @ts-expect-error: the module has no such export
  jobs.cube;
});

Deno.test("submit() and map() take plain functions, also such as return something iterable", async () => {
  await using green: Executor = new GreenPool();
  await using adaptive = new AdaptiveExecutor();
  const text: Task<string> = green.submit(() => "text");
  const list: Task<number[]> = adaptive.submit(() => [1, 2]);
  const table: Task<Map<string, number>> = green.submit(() => Promise.resolve(new Map([["a", 1]])));
  assertEquals([await text, await list, await table], ["text", [1, 2], new Map([["a", 1]])]);
  const texts: string[] = await green.map([1, 2], (n) => `${n}`).collect();
  const lists: number[][] = await adaptive.map([1, 2], (n) => [n]).collect();
  const squares: number[] = await green.map([1, 2], (n) => jobs.square(n)).collect();
  const coroutines: string[] = await green.map([1, 2], function* (n) {
    yield* sleep(0);
    return `${n}`;
  }).collect();
  const settled = await green.map([1], (n) => `${n}`, { onError: "settle" }).collect();
  const statuses: ("fulfilled" | "rejected")[] = settled.map(({ status }) => status);
  assertEquals([texts, coroutines, statuses], [["1", "2"], ["1", "2"], ["fulfilled"]]);
  assertEquals([lists, squares], [[[1], [2]], [1, 4]]);
  const inside: string = await run(() => withExecutor(green, () => "inside"));
  assertEquals(inside, "inside");
});
