import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { main } from "../../src/operations/main.ts";

const source = (path: string) => JSON.stringify(import.meta.resolve(`../../src/${path}`));

/** Runs a program on Deno; `told` is called each time it has written a line. */
async function program(
  body: string,
  told: (line: string, kill: (signal: Deno.Signal) => void) => void = () => {},
): Promise<{ code: number; stdout: string[]; stderr: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    `import { main } from ${source("operations/main.ts")};
import { scope } from ${source("operations/scope.ts")};
import { shield } from ${source("operations/shield.ts")};
import { sleep } from ${source("operations/sleep.ts")};
import { suspend } from ${source("operations/suspend.ts")};
import { spawn } from ${source("kernel/spawn.ts")};
import { Latch } from ${source("sync/latch.ts")};
${body}`,
  );
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--quiet", file],
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    const stdout: string[] = [];
    const reading = (async () => {
      let rest = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          stdout.push(line);
          told(line, (signal) => child.kill(signal));
        }
      }
    })();
    const stderr = new Response(child.stderr).text();
    const { code } = await child.status;
    await reading;
    return { code, stdout, stderr: await stderr };
  } finally {
    await Deno.remove(file);
  }
}

const serving = `
await main(function* () {
  try {
    console.log("ready");
    yield* suspend();
  } finally {
    yield* sleep(1);
    console.log("cleaned");
  }
});
console.log("not reached");`;

Deno.test("main() returns when its work has succeeded, and the process ends by itself [W2]", async () => {
  const { code, stdout } = await program(`
await main(function* () { yield* sleep(1); console.log("done"); });
console.log("after");`);
  assertEquals([code, stdout], [0, ["done", "after"]]);
});

for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test({
    name: `main() cleans up at ${signal} and exits with ${expected}`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const { code, stdout, stderr } = await program(serving, (line, kill) => {
        if (line === "ready") kill(signal);
      });
      assertEquals([code, stdout, stderr], [expected, ["ready", "cleaned"], ""]);
    },
  });
}

Deno.test({
  name: "main() exits at once at a second signal",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { code, stdout } = await program(
      `
await main(function* () {
  try {
    console.log("ready");
    yield* suspend();
  } finally {
    console.log("cleaning");
    yield* shield(sleep(30_000));
    console.log("not reached");
  }
});`,
      (line, kill) => {
        if (line === "ready") kill("SIGTERM");
        if (line === "cleaning") kill("SIGINT");
      },
    );
    assertEquals([code, stdout], [130, ["ready", "cleaning"]]);
  },
});

Deno.test("main() writes a failure to stderr, with the chain of spawns, and exits with 1", async () => {
  const { code, stdout, stderr } = await program(`
function* fetchOne() {
  yield* sleep(1);
  throw new TypeError("broken", { cause: new Error("deeper") });
}
function* fetchAll() {
  yield* spawn(() => fetchOne(), { name: "fetchOne" });
}
await main(function* program() {
  setInterval(() => {}, 1000);
  yield* spawn(fetchAll);
  try { yield* suspend(); } finally { console.log("cleaned"); }
});`);
  assertEquals([code, stdout], [1, ["cleaned"]]);
  assertStringIncludes(stderr, "TypeError: broken");
  assertStringIncludes(stderr, "deeper");
  const chain = stderr.split("\n").filter((line) => line.startsWith("    in task"));
  assertEquals(chain.length, 3, stderr);
  assertMatch(chain[0], /in task \d+ 'fetchOne', spawned at fetchAll \(.*:\d+:\d+\)$/);
  assertMatch(chain[1], /in task \d+ 'fetchAll', spawned at program \(.*:\d+:\d+\)$/);
  assertMatch(chain[2], /in task \d+ 'program'$/);
});

Deno.test("main() tells where what is thrown came up, also when it is no error", async () => {
  const { code, stderr } = await program(`
await main(function* program() {
  yield* scope(function* () {
    yield* spawn(function* thrower() {
      yield* sleep(1);
      throw undefined;
    });
  });
});`);
  assertEquals(code, 1);
  assertMatch(stderr, /in task \d+ 'thrower', spawned at /);
});

Deno.test("main() follows each of several errors", async () => {
  const { code, stderr } = await program(`
// Both are woken by one step, so that the second fails before it is told of the first, however slow the machine.
const go = new Latch();
function* fails(text) { yield* go.wait(); throw new Error(text); }
await main(() => scope(function* () {
  yield* spawn(() => fails("one"), { name: "first" });
  yield* spawn(() => fails("two"), { name: "second" });
  yield* sleep(0);
  go.open();
  yield* suspend();
}));`);
  assertEquals(code, 1);
  assertMatch(stderr, /Error: one\n {4}in task \d+ 'first', spawned at/);
  assertMatch(stderr, /Error: two\n {4}in task \d+ 'second', spawned at/);
});

Deno.test("main() runs where there is no process, and rejects there", async () => {
  const { process } = globalThis as { process?: unknown };
  Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
  try {
    let ran = false;
    await main(() => void (ran = true));
    assert(ran);
    await assertRejects(() => main(() => Promise.reject(new Error("no"))), Error, "no");
  } finally {
    Object.defineProperty(globalThis, "process", { value: process, configurable: true });
  }
});

Deno.test("main() rejects what it cannot run", async () => {
  await assertRejects(() => main(1 as never), TypeError, "'work' must be a function");
});
