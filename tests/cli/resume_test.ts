import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { heddle, job, start, TextReader } from "./heddle_process.ts";

async function withFile(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/journal`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Which inputs the function was called with. */
function ran(stderr: string): string[] {
  return [...stderr.matchAll(/^ran (.*)$/gm)].map(([, input]) => input!).sort();
}

/** Runs until `stop` is reached and the others have been written down, and kills it. */
async function killAt(
  path: string,
  args: string[],
  stdin: string,
  finished: number,
): Promise<void> {
  const child = start([...args, "--resume", path]);
  const stderr = new TextReader(child.stderr);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  writer.releaseLock();
  await child.stdin.close();
  await stderr.until("ran stop");
  while ((await Deno.readTextFile(path).catch(() => "")).split('"end":true').length <= finished) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill("SIGKILL");
  await Promise.all([child.status, child.stdout.cancel(), stderr.rest()]);
}

for (const pool of ["green", "parallel"]) {
  Deno.test({
    name: `heddle map --pool ${pool} --resume goes on after kill -9, and does nothing twice`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      withFile(async (path) => {
        const args = ["map", job("tells"), "--pool", pool, "-c", "2"];
        await killAt(path, args, "a\nstop\nb\na\nc\n", 4);
        // What was in flight is replaced, since it would never end; a line is new, and one is gone.
        const { code, values, stderr } = await heddle([...args, "--resume", path], {
          stdin: "new\na\na\nb\na\n",
        });
        assertEquals(code, 0);
        assertEquals(values, ["new", "a", "a", "b", "a"].map((input) => `${input}, done`));
        assertEquals(ran(stderr), ["a", "new"]);
        assertStringIncludes(stderr, "has 4 finished inputs, which are not run again");
        assertMatch(stderr, /1 finished inputs of .* did not come this time/);
      }),
  });
}

Deno.test("heddle map --resume writes a stream of an earlier run once, and a torn one anew", () =>
  withFile(async (path) => {
    const args = ["map", job("manyItems"), "--pool", "green"];
    await killAt(path, args, "a\nb\nstop\n", 2);
    const { code, values, stderr } = await heddle([...args, "--resume", path, "a", "b", "c"]);
    assertEquals([code, ran(stderr)], [0, ["c"]]);
    assertEquals(
      values,
      ["a", "b", "c"].flatMap((input) => Array.from({ length: 3000 }, (_, i) => `${input}:${i}`)),
    );
  }));

Deno.test("heddle map --resume tries again what failed, and says so", () =>
  withFile(async (path) => {
    const args = ["map", job("badThree"), "--on-error", "skip", "--resume", path, ..."12345"];
    for (const finished of [0, 4]) {
      const { code, values, stderr } = await heddle(args);
      assertEquals([code, values], [1, ["1", "2", "4", "5"]]);
      assertEquals(stderr.includes("which are not run again"), finished > 0);
      assertStringIncludes(stderr, "the same command tries again what failed: ");
    }
  }));

Deno.test("heddle map --resume cuts off what is torn, wherever it was torn", () =>
  withFile(async (path) => {
    const args = ["map", job("tells"), "--pool", "green", "--resume", path, "ä", "b", "c"];
    await heddle(args);
    const whole = await Deno.readFile(path);
    const headerLength = whole.indexOf(10) + 1;
    // In the header, after it, in the middle of a letter, before and after the ends of lines.
    const cuts = [0, 1, headerLength - 1, headerLength, headerLength + 16, whole.length - 1];
    for (const length of cuts) {
      await Deno.writeFile(path, whole.subarray(0, length));
      const { code, values, stderr } = await heddle(args);
      assertEquals([length, code, values], [length, 0, ["ä, done", "b, done", "c, done"]]);
      const kept = length === whole.length - 1 ? 2 : 0;
      assertEquals([length, ran(stderr).length], [length, 3 - kept]);
      const isTorn = length > headerLength;
      assertEquals([length, stderr.includes("was torn at its end")], [length, isTorn]);
    }
    assertEquals(ran((await heddle(args)).stderr), []);
  }));

Deno.test("heddle map --resume knows long inputs, and those that look like a hash", () =>
  withFile(async (path) => {
    const inputs = ["x".repeat(1000), "x".repeat(1001), "sha256:abc"];
    const args = ["map", job("tells"), "--pool", "green", "--resume", path, ...inputs];
    assertEquals(ran((await heddle(args)).stderr).length, 3);
    const again = await heddle(args);
    assertEquals(ran(again.stderr), []);
    assertEquals(again.values, inputs.map((input) => `${input}, done`));
    assertEquals((await Deno.readTextFile(path)).includes('sha256:abc"'), false);
  }));

Deno.test("heddle map --resume leaves other files alone, and says what is wrong", () =>
  withFile(async (path) => {
    const wrong = async (args: string[], says: RegExp): Promise<void> => {
      const { code, stdout, stderr } = await heddle(args);
      assertEquals([code, stdout], [2, ""]);
      assertMatch(stderr, says);
    };
    const echo = ["map", job("echo"), "1", "--resume"];
    for (const text of ["1\n2\n", "no line end", '{"n":1}\n', "x".repeat(100_000)]) {
      await Deno.writeTextFile(path, text);
      await wrong([...echo, path], /is no journal of heddle, and is left as it is/);
      assertEquals(await Deno.readTextFile(path), text);
    }
    await Deno.remove(path);
    await wrong([...echo, `${path}/none/here`], /its folder does not exist: make it first/);
    assertEquals((await heddle([...echo, path])).code, 0);
    await wrong(
      ["map", job("square"), "1", "--resume", path],
      /is that of .*#echo, and this is .*#square/,
    );
    await wrong([...echo, path, "--json"], /and this is .*#echo with --json/);
  }));

Deno.test({
  name: "heddle map --resume is for one process at a time, and survives its death",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFile(async (path) => {
      const child = start(["map", job("tells"), "stop", "--pool", "green", "--resume", path]);
      const stderr = new TextReader(child.stderr);
      await stderr.until("ran stop");
      const other = await heddle(["map", job("tells"), "1", "--resume", path]);
      assertEquals(other.code, 2);
      assertStringIncludes(
        other.stderr,
        `is in use by process ${child.pid}: wait until it has ended`,
      );
      child.kill("SIGKILL");
      await Promise.all([child.status, child.stdout.cancel(), stderr.rest()]);
      assertEquals((await heddle(["map", job("tells"), "1", "--resume", path])).code, 0);
      await child.stdin.close();
      assertEquals([...Deno.readDirSync(dirname(path))].map(({ name }) => name), ["journal"]);
    }),
});

Deno.test({
  name: "heddle map --resume stops when the journal cannot be written",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    // A file may have no more than 32 KiB.
    const command =
      `trap '' XFSZ; ulimit -f 64; seq 1 100000 | "$0" run -A "$1" map "$2" --resume "$3"`;
    const folder = await Deno.makeTempDir();
    const args = ["-c", command, Deno.execPath(), cli, job("echo"), `${folder}/journal`];
    const { code, stderr } = await new Deno.Command("sh", { args, env: { NO_COLOR: "1" } })
      .output();
    await Deno.remove(folder, { recursive: true });
    assertEquals(code, 1);
    assertStringIncludes(new TextDecoder().decode(stderr), "heddle: cannot write the journal");
  },
});
