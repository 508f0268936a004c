import { assertEquals, assertStringIncludes } from "@std/assert";
import { job, start, TextReader } from "./heddle_process.ts";

const unixOnly = Deno.build.os === "windows";

for (const pool of ["green", "parallel"]) {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.test({
      name: `heddle map --pool ${pool} cancels and cleans up on ${signal}`,
      ignore: unixOnly,
      async fn() {
        const child = start(["map", job("wait"), "a", "b", "--pool", pool]);
        const stderr = new TextReader(child.stderr);
        await stderr.until("waiting a");
        await stderr.until("waiting b");
        child.kill(signal);
        const [text, status, stdout] = await Promise.all([
          stderr.rest(),
          child.status,
          textOf(child.stdout),
        ]);
        assertEquals([status.code, stdout], [code, ""]);
        for (
          const part of [
            "cleaned a",
            "cleaned b",
            `heddle: ${signal}: cancelling`,
            "interrupted: 0 done, 0 failed",
          ]
        ) {
          assertStringIncludes(text, part);
        }
        await child.stdin.close();
      },
    });
  }

  Deno.test({
    name: `heddle map --pool ${pool} loses no error of a cleanup`,
    ignore: unixOnly,
    async fn() {
      const child = start(["map", job("failInCleanup"), "a", "b", "--pool", pool]);
      const stderr = new TextReader(child.stderr);
      await stderr.until("waiting a");
      await stderr.until("waiting b");
      child.kill("SIGINT");
      const [text, status] = await Promise.all([
        stderr.rest(),
        child.status,
        child.stdout.cancel(),
      ]);
      assertEquals(status.code, 130);
      assertStringIncludes(text, "argument 1 failed in its cleanup: Error: cleanup of a");
      assertStringIncludes(text, "argument 2 failed in its cleanup: Error: cleanup of b");
      await child.stdin.close();
    },
  });

  Deno.test({
    name: `heddle map --pool ${pool} is interrupted while stdin is silent`,
    ignore: unixOnly,
    async fn() {
      const child = start(["map", job("echo"), "--pool", pool]);
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode("a\n"));
      const stdout = new TextReader(child.stdout);
      await stdout.until('"a"\n');
      child.kill("SIGINT");
      const [status] = await Promise.all([child.status, child.stderr.cancel(), stdout.rest()]);
      assertEquals(status.code, 130);
      await writer.abort().catch(() => {});
    },
  });

  Deno.test(`heddle map --pool ${pool} ends quietly when nobody reads on`, async () => {
    const child = start(["map", job("endless"), "1", "--pool", pool]);
    const stdout = new TextReader(child.stdout);
    await stdout.until("2\n");
    await stdout.close();
    const [status, stderr] = await Promise.all([child.status, textOf(child.stderr)]);
    assertEquals([status.code, stderr], [0, ""]);
    await child.stdin.close();
  });
}

Deno.test({
  name: "heddle map --pool parallel ends a job that loops for ever on SIGINT",
  ignore: unixOnly,
  async fn() {
    const child = start(["map", job("loopThree"), "3", "--pool", "parallel"]);
    const stderr = new TextReader(child.stderr);
    await stderr.until("looping");
    child.kill("SIGINT");
    const [status, text] = await Promise.all([child.status, stderr.rest(), child.stdout.cancel()]);
    assertEquals(status.code, 130);
    assertStringIncludes(text, "interrupted: 0 done, 0 failed\n");
    await child.stdin.close();
  },
});

Deno.test({
  name: "heddle map leaves at once on a second SIGINT",
  ignore: unixOnly,
  async fn() {
    const child = start(["map", job("loopThree"), "3", "--pool", "parallel"]);
    const stderr = new TextReader(child.stderr);
    await stderr.until("looping");
    child.kill("SIGINT");
    await stderr.until("a second one leaves at once");
    child.kill("SIGINT");
    const [status, text] = await Promise.all([child.status, stderr.rest(), child.stdout.cancel()]);
    assertEquals(status.code, 130);
    assertEquals(text.includes("interrupted:"), false);
    await child.stdin.close();
  },
});

Deno.test({
  name: "heddle map can be left while a job holds the main thread for ever",
  ignore: unixOnly,
  async fn() {
    const child = start(["map", job("loopThree"), "3", "--pool", "green"]);
    const stderr = new TextReader(child.stderr);
    await stderr.until("looping");
    child.kill("SIGINT");
    await stderr.until("a second signal ends it by force");
    child.kill("SIGINT");
    const [status] = await Promise.all([child.status, stderr.rest(), child.stdout.cancel()]);
    // On another system it kills itself instead.
    if (Deno.build.os === "linux") assertEquals(status.code, 130);
    else assertEquals(status.success, false);
    await child.stdin.close();
  },
});

Deno.test("heddle map reads no more of an endless stdin than it needs", async () => {
  const child = start(["map", job("echo")]);
  const fed = feedForEver(child.stdin);
  const stdout = new TextReader(child.stdout);
  await stdout.until('"y"\n"y"\n"y"\n');
  await stdout.close();
  const [status, stderr] = await Promise.all([child.status, textOf(child.stderr)]);
  assertEquals([status.code, stderr], [0, ""]);
  // The pipe breaks: it ended without having come to an end of its inputs.
  await fed;
});

Deno.test("heddle map tells when stdout cannot be written to", async () => {
  if (Deno.build.os !== "linux") return;
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", `"$0" run -A "$1" map "$2" 1 > /dev/full`, Deno.execPath(), cli, job("echo")],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "heddle: cannot write to stdout: ");
});

Deno.test("heddle map tells when stdin is a folder", async () => {
  if (Deno.build.os === "windows") return;
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", `"$0" run -A "$1" map "$2" < /`, Deno.execPath(), cli, job("echo")],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "Cannot read stdin: it is a folder");
});

async function feedForEver(stdin: WritableStream<Uint8Array>): Promise<void> {
  const writer = stdin.getWriter();
  const lines = new TextEncoder().encode("y\n".repeat(1000));
  try {
    for (;;) await writer.write(lines);
  } catch {
    // The reader has gone.
  }
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}
