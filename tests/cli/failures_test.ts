import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { heddle, job } from "./heddle_process.ts";

const numbers = ["1", "2", "3", "4", "5"];

for (const pool of ["auto", "green", "parallel", "solo"]) {
  Deno.test(`heddle map --pool ${pool} stops at the first failure`, async () => {
    const { code, values, stderr } = await heddle([
      "map",
      job("badThree"),
      ...numbers,
      "--pool",
      pool,
    ]);
    assertEquals([code, values], [1, ["1", "2"]]);
    assertStringIncludes(
      stderr,
      'heddle: argument 3 ("3") failed: RangeError: three is bad\n    at badThree (',
    );
  });

  Deno.test(`heddle map --pool ${pool} --on-error skip reports a failure and goes on`, async () => {
    const args = ["map", job("badThree"), ...numbers, "--pool", pool, "--on-error", "skip"];
    const { code, values, stderr } = await heddle(args);
    assertEquals([code, values], [1, ["1", "2", "4", "5"]]);
    assertEquals(
      stderr,
      'heddle: argument 3 ("3") failed: RangeError: three is bad\nheddle: 1 failed, 4 went well\n',
    );
  });

  Deno.test(`heddle map --pool ${pool} --on-error collect writes a failure in its place`, async () => {
    const args = ["map", job("badThree"), ...numbers, "--pool", pool, "--on-error", "collect"];
    const { code, values, stderr } = await heddle(args);
    const error = { name: "RangeError", message: "three is bad", code: "E_THREE" };
    assertEquals([code, values], [1, ["1", "2", { input: "3", error }, "4", "5"]]);
    assertEquals(stderr, "heddle: 1 failed, 4 went well\n");
  });

  Deno.test(`heddle map --pool ${pool} reports a job that exits for its input only`, async () => {
    const args = ["map", job("exitThree"), ...numbers, "--pool", pool, "--on-error", "skip"];
    const { code, values, stderr } = await heddle(args);
    assertEquals([code, values], [1, ["1", "2", "4", "5"]]);
    assertMatch(
      stderr,
      /^heddle: argument 3 \("3"\) failed: (ExitError|WorkerLostError): .*\n.* 1 failed/,
    );
  });
}

for (const pool of ["auto", "parallel"]) {
  Deno.test(`heddle map --pool ${pool} --timeout reports a job that never ends for its input only`, async () => {
    const args = [
      "map",
      job("loopThree"),
      ...numbers,
      "--pool",
      pool,
      "--on-error",
      "collect",
      "--timeout",
      "500ms",
    ];
    const { code, values } = await heddle(args);
    const error = {
      name: "TimeoutError",
      message: "Job 'loopThree' did not finish within 500 ms",
      ms: 500,
    };
    assertEquals([code, values], [1, ["1", "2", { input: "3", error }, "4", "5"]]);
  });
}

Deno.test("heddle map --timeout ends a job that waits on the green pool", async () => {
  const { code, stderr } = await heddle([
    "map",
    job("wait"),
    "a",
    "--pool",
    "green",
    "--timeout",
    "20ms",
  ]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^waiting a\ncleaned a\nheddle: argument 1 \("a"\) failed: TimeoutError: .*20 ms/,
  );
});

Deno.test("heddle map --retries tries again", async () => {
  const args = ["map", job("third"), "1", "--pool", "green", "--retries"];
  assertEquals((await heddle([...args, "1"])).code, 1);
  const { code, values } = await heddle([...args, "2"]);
  assertEquals([code, values], [0, ["the third time"]]);
});

Deno.test("heddle map writes the items that a stream gave before it failed", async () => {
  for (const pool of ["green", "parallel"]) {
    const { code, values } = await heddle([
      "map",
      job("broken"),
      "a",
      "b",
      "--pool",
      pool,
      "--on-error",
      "collect",
    ]);
    assertEquals([code, values], [
      1,
      ["a", "b"].flatMap((input) => [
        `${input} begins`,
        { input, error: { name: "RangeError", message: `${input} broke` } },
      ]),
    ]);
  }
});

Deno.test("heddle map keeps the items of a stream that failed before it was its turn", async () => {
  const args = [
    "map",
    job("breaksAhead"),
    "first",
    "second",
    "--pool",
    "green",
    "--on-error",
    "skip",
  ];
  const { code, values } = await heddle(args);
  assertEquals([code, values], [1, ["first begins", "second begins"]]);
});

Deno.test("heddle map --json counts a line that is not JSON as a failed input", async () => {
  const stdin = "1\n\n{bad\n2\n";
  const failing = await heddle(["map", job("echo"), "--json"], { stdin });
  assertEquals([failing.code, failing.values], [1, [1]]);
  assertMatch(failing.stderr, /^heddle: line 3 is not valid JSON: .*: "\{bad"\n$/);

  const skipping = await heddle(["map", job("echo"), "--json", "--on-error", "skip"], { stdin });
  assertEquals([skipping.code, skipping.values], [1, [1, 2]]);

  const collecting = await heddle(["map", job("echo"), "--json", "--on-error", "collect"], {
    stdin,
  });
  const [first, failed, second] = collecting.values as [
    unknown,
    { input: string; error: Error },
    unknown,
  ];
  assertEquals([first, failed.input, failed.error.name, second], [
    1,
    "{bad",
    "InvalidJsonError",
    2,
  ]);
});

Deno.test("heddle map reports results that are not JSON, and what is thrown and is no error", async () => {
  const maker = await heddle(["map", job("maker"), "1", "--pool", "green"]);
  assertEquals(maker.code, 1);
  assertStringIncludes(
    maker.stderr,
    "NotJsonError: The result is a function, which cannot be written as JSON",
  );
  const thrown = await heddle(["map", job("throwText"), "1"]);
  assertEquals(thrown.code, 1);
  assertStringIncludes(thrown.stderr, 'failed: "text of 1" was thrown, which is not an Error');
});

Deno.test("heddle map reports a rejected promise that a job leaves behind, and ends with exit code 1", async () => {
  const { code, values, stderr } = await heddle([
    "map",
    job("leaveBehind"),
    "a",
    "--pool",
    "green",
  ]);
  assertEquals([code, values], [1, ["a"]]);
  assertStringIncludes(stderr, "heddle: a job left a rejected promise behind: Error: left by a");
});

Deno.test("heddle map ends with exit code 1 when a job leaves an error behind on a worker", async () => {
  const trace = await Deno.makeTempFile();
  for (const more of [[], ["--trace", trace]]) {
    const args = ["map", job("leaveBehind"), "a", "--pool", "parallel", ...more];
    const { code, values, stderr } = await heddle(args);
    assertEquals([code, values], [1, ["a"]]);
    assertStringIncludes(stderr, "heddle: a job left an error behind: Error: left by a");
  }
  await Deno.remove(trace);
});

Deno.test("heddle map --pool parallel loses no other input when a job exits after it waited", async () => {
  const { code, values } = await heddle([
    "map",
    job("exitsLater"),
    ..."123456",
    "--pool",
    "parallel",
    "--on-error",
    "collect",
  ]);
  assertEquals(code, 1);
  const failed = (values as { input?: string }[]).filter((value) => typeof value === "object");
  assertEquals(failed.map(({ input }) => input), ["3"]);
});

Deno.test("heddle map writes a result as JSON has it, on every lane", async () => {
  for (const pool of ["green", "parallel"]) {
    const { values } = await heddle(["map", job("priced"), "1", "--pool", pool]);
    assertEquals(values, ["$1"]);
  }
});

Deno.test("heddle map keeps stdout for results, whatever a job writes to", async () => {
  for (const pool of ["green", "parallel"]) {
    const { values, stderr } = await heddle(["map", job("chatters"), "1", "--pool", pool]);
    assertEquals(values, ["1"]);
    assertStringIncludes(stderr, "from deno");
    assertStringIncludes(stderr, "from node");
  }
});

Deno.test("heddle map takes close() in a job for the failure of that job", async () => {
  const args = ["map", job("closes"), ..."123", "--pool", "green", "--on-error", "skip"];
  const { code, values } = await heddle(args);
  assertEquals([code, values], [1, ["1", "3"]]);
});

Deno.test("heddle map --on-error collect shows an input as it came, whatever the job made of it", async () => {
  const args = ["map", job("spoils"), '{"a":[1]}', "--json", "--pool", "green"];
  const { values } = await heddle([...args, "--on-error", "collect"]);
  assertEquals((values as { input: unknown }[]).map(({ input }) => input), [{ a: [1] }]);
});
