import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { heddle, job } from "./heddle_process.ts";

for (const pool of ["auto", "green", "parallel", "solo"]) {
  Deno.test(`heddle map --pool ${pool} writes one line for each line, in order`, async () => {
    const inputs = Array.from({ length: 5000 }, (_, i) => i);
    const { code, values, stderr } = await heddle(["map", job("square"), "--pool", pool], {
      stdin: inputs.join("\n"),
    });
    assertEquals(stderr, "");
    assertEquals(code, 0);
    assertEquals(values, inputs.map((i) => i * i));
  });
}

Deno.test("heddle map runs every kind of function, here and on workers", async () => {
  const expected: [name: string, values: unknown[]][] = [
    ["echo", ["1", "2"]],
    ["later", ["1, later", "2, later"]],
    ["coroutine", ["1!", "2!"]],
    ["count", ["1:0", "2:0", "2:1"]],
    ["default", ["default 1", "default 2"]],
    ["nothing", [null, null]],
    ["power", [{ power: "2" }, { power: "4" }]],
  ];
  for (const pool of ["green", "parallel"]) {
    for (const [name, values] of expected) {
      const result = await heddle(["map", job(name), "1", "2", "--pool", pool]);
      assertEquals([name, result.code, result.stderr, result.values], [name, 0, "", values]);
    }
  }
});

Deno.test("heddle map --unordered writes what is ready first", async () => {
  const args = ["map", job("crossed"), "wait", "open", "--pool", "green"];
  assertEquals((await heddle(args)).values, ["wait", "open"]);
  assertEquals((await heddle([...args, "--unordered"])).values, ["open", "wait"]);
});

Deno.test("heddle map keeps the items of streams in the order of the inputs", async () => {
  const inputs = [2000, 3, 1500, 0, 1000];
  const expected = inputs.flatMap((n) => Array.from({ length: n }, (_, i) => `${n}:${i}`));
  for (const pool of ["green", "parallel"]) {
    const { code, values } = await heddle([
      "map",
      job("count"),
      ...inputs.map(String),
      "--pool",
      pool,
    ]);
    assertEquals([code, values], [0, expected]);
  }
});

Deno.test("heddle map leaves out empty lines and takes lines of every kind", async () => {
  const long = "x".repeat(3_000_000);
  const { code, values } = await heddle(["map", job("echo")], {
    stdin: `\ufeffa\r\n\r\n\nb c\n d \n-1\n${long}\nlast`,
  });
  assertEquals(code, 0);
  assertEquals(values, ["a", "b c", " d ", "-1", long, "last"]);
});

Deno.test("heddle map --json reads values", async () => {
  const { code, values } = await heddle(["map", job("echo"), "--json"], {
    stdin: '1\r\n \n{"a":[true]}\n"x"',
  });
  assertEquals([code, values], [0, [1, { a: [true] }, "x"]]);
});

Deno.test("heddle map takes inputs that begin with '-' after '--'", async () => {
  const { code, values } = await heddle(["map", job("echo"), "--json", "--", "-1", "-2"]);
  assertEquals([code, values], [0, [-1, -2]]);
});

Deno.test("heddle map without inputs does nothing", async () => {
  assertEquals(await heddle(["map", job("echo")]), { code: 0, stdout: "", stderr: "", values: [] });
});

Deno.test("heddle map keeps what jobs print off stdout, here and on workers", async () => {
  for (const pool of ["green", "parallel"]) {
    const { values, stderr } = await heddle(["map", job("print"), "a", "--pool", pool]);
    assertEquals([values, stderr], [["a"], "printed a\n"]);
  }
  const source = 'console.log("loaded"); export const echo = (x) => x';
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const { values, stderr } = await heddle(["map", `${module}#echo`, "a"]);
  assertEquals([values, stderr], [["a"], "loaded\n"]);
});

Deno.test("heddle map finds modules by path, by URL and in packages", async () => {
  const [path, name] = job("echo").split("#") as [string, string];
  const data = `data:text/javascript,${encodeURIComponent("export const echo = (x) => x")}`;
  for (
    const module of [
      path,
      "tests/cli/fixtures/jobs.ts",
      "./tests/cli/fixtures/jobs.ts",
      `file://${path}`,
      data,
    ]
  ) {
    const { code, values } = await heddle(["map", `${module}#${name}`, "1"]);
    assertEquals([module, code, values], [module, 0, ["1"]]);
  }
  const { code, values } = await heddle(["map", "npm:effection@^4.1#Ok", "1"]);
  assertEquals([code, values], [0, [{ ok: true, value: "1" }]]);
});

Deno.test("heddle map --stats prints lanes, times and routes on stderr", async () => {
  const { code, values, stderr } = await heddle(["map", job("square"), "1", "2", "--stats"]);
  assertEquals([code, values], [0, [1, 4]]);
  for (
    const part of [
      /^green +1000 +2 +0 +0 /m,
      /^green +queued /m,
      /^ +ran /m,
      /^square +green +2 +0 .*not known/m,
    ]
  ) {
    assertEquals(part.test(stderr), true, `${part} in ${stderr}`);
  }
});

Deno.test("heddle map moves what computes to the workers, also when all inputs come at once", async () => {
  const inputs = Array.from({ length: 20 }, (_, i) => String(i));
  const { code, values, stderr } = await heddle(["map", job("compute"), ...inputs, "--stats"]);
  assertEquals([code, values], [0, inputs]);
  const [, green, parallel] = /^compute +parallel +(\d+) +(\d+) /m.exec(stderr) ?? [];
  assertEquals(Number(green) + Number(parallel), 20);
  assert(Number(green) <= 4, stderr);
});

Deno.test("heddle map --stats tells that --timeout sends all to workers", async () => {
  const { stderr } = await heddle(["map", job("square"), "1", "--stats", "--timeout", "1m"]);
  assertStringIncludes(stderr, "--timeout: only a worker can be stopped");
});

Deno.test("heddle map --progress writes plain lines where there is no terminal", async () => {
  const { code, values, stderr } = await heddle(["map", job("square"), "1", "2", "--progress"], {
    env: { NO_COLOR: "" },
  });
  assertEquals([code, values], [0, [1, 4]]);
  assertStringIncludes(stderr, "heddle: 2 of 2 done, 0 failed, 0s\n");
  assertEquals(stderr.includes("\x1b"), false);
});
