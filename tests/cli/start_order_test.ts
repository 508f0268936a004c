import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { heddle, job } from "./heddle_process.ts";

for (const pool of ["green", "parallel", "solo"]) {
  Deno.test(`heddle map --pool ${pool} --priority begins with the highest`, async () => {
    const inputs = [3, 1, 2, 9, 5].map(String);
    const c = pool === "solo" ? [] : ["-c", "1"];
    const byField = await heddle([
      ...["map", job("echo"), "--json", "--priority", ".order.urgency", "--pool", pool],
      ...[...c, "--unordered", ...inputs.map((n) => `{"order":{"urgency":${n}}}`)],
    ]);
    const urgencies = byField.values.map((value) =>
      (value as { order: { urgency: number } }).order.urgency
    );
    const byExport = await heddle(
      ["map", job("echo"), "--priority", "urgency", "--pool", pool, ...c, "--unordered"],
      { stdin: `${inputs.join("\n")}\n` },
    );
    // A worker has one more standing ready.
    const expected = [9, 5, 3, 2, 1];
    assertEquals([byField.code, urgencies], [0, expected]);
    assertEquals([byExport.code, byExport.values.map(Number)], [0, expected]);
  });
}

Deno.test("heddle map --priority lets nobody wait for ever, and keeps the output in order", async () => {
  const inputs = Array.from({ length: 100 }, (_, i) => String(i));
  const args = [
    "map",
    job("tells"),
    "--priority",
    "urgency",
    "--pool",
    "green",
    "-c",
    "1",
    ...inputs,
  ];
  const { code, values, stderr } = await heddle(args);
  assertEquals([code, values], [0, inputs.map((input) => `${input}, done`)]);
  const order = [...stderr.matchAll(/^ran (.*)$/gm)].map(([, input]) => Number(input));
  assertEquals(order.slice(0, 9), [99, 98, 97, 96, 95, 94, 93, 0, 92]);
});

Deno.test("heddle map --priority reports an input that has none", async () => {
  const { code, values, stderr } = await heddle([
    ...["map", job("echo"), "--json", "--priority", ".a", "--on-error", "skip"],
    ...["1", '{"a":2}', '{"a":"3"}'],
  ]);
  assertEquals([code, values], [1, [{ a: 2 }]]);
  assertStringIncludes(
    stderr,
    "PriorityError: The input has no priority: its field '.a' must be a number: it is missing",
  );
  assertStringIncludes(stderr, `it is "3"`);
});

Deno.test("heddle map --rate lets no more begin than it says", async () => {
  const { code, values } = await heddle(
    ["map", job("now"), "--rate", "10/200ms", "--pool", "green"],
    { stdin: "x\n".repeat(45) },
  );
  assertEquals(code, 0);
  const begun = (values as number[]).sort((a, b) => a - b);
  // Five windows, of which four have passed when the last one begins; only the first may have been late to begin.
  assert(begun[44] - begun[0] > 600, `${begun[44] - begun[0]} ms`);
});

Deno.test("heddle map --rate counts every attempt", async () => {
  const began = performance.now();
  const args = ["map", job("third"), "1", "--pool", "green", "--retries", "2", "--rate", "1/700ms"];
  const { code, values } = await heddle(args);
  assertEquals([code, values], [0, ["the third time"]]);
  assert(performance.now() - began > 1400);
});

Deno.test("heddle map --retries tries a stream again, and writes none of it twice", async () => {
  for (const pool of ["green", "parallel"]) {
    const args = ["map", job("breaksOnce"), "a", "b", "--pool", pool, "-c", "1", "--retries", "2"];
    const { code, values } = await heddle(args);
    assertEquals([code, values], [0, ["a begins", "a ends", "b begins", "b ends"]]);
  }
});

Deno.test("heddle map --retries does not try a stream again that has been written", async () => {
  const { code, values, stderr } = await heddle(["map", job("breaksLate"), "1", "--retries", "3"]);
  assertEquals([code, values.length], [1, 20]);
  assertEquals(stderr.match(/tried/g)?.length, 1);
});

Deno.test("heddle map --per-worker lets inputs wait side by side on a worker", async () => {
  const inputs = Array.from({ length: 60 }, (_, i) => String(i));
  const most = async (...more: string[]): Promise<number> => {
    const args = ["map", job("crowd"), "--pool", "parallel", "-c", "1", ...more];
    const { code, values } = await heddle([...args, ...inputs]);
    assertEquals([code, values.length], [0, 60]);
    return Math.max(...values as number[]);
  };
  const crowded = await most("--per-worker", "20");
  assert(crowded > 10 && crowded <= 20, String(crowded));
  assertEquals(await most(), 1);
});
