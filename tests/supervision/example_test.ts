/** The example is a program that one can curl, break and watch heal. */
import { assertEquals, assertStringIncludes } from "@std/assert";

interface Health {
  children: { id: string; status: string; restarts: number; lastError?: string }[];
}

/** Runs the example while `body` does something with it, and ends it by a signal, unless it ends by itself. */
async function withService(
  env: Record<string, string>,
  body: (lines: ReturnType<typeof linesOf>) => Promise<void>,
  endsByItself = false,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "--allow-env", "examples/supervised_service.ts"],
    cwd: new URL("../..", import.meta.url),
    stdout: "piped",
    stderr: "piped",
    env: { PORT: "0", NO_COLOR: "1", ...env },
  }).spawn();
  const errors = new Response(child.stderr).text();
  const lines = linesOf(child.stdout);
  try {
    await body(lines);
    if (!endsByItself) child.kill("SIGTERM");
  } catch (error) {
    child.kill("SIGTERM");
    throw error;
  } finally {
    await lines.close();
  }
  const { code } = await child.status;
  const text = await errors;
  if (!endsByItself) return assertEquals([code, text], [143, ""]);
  assertEquals(code, 1);
  assertStringIncludes(text, "RestartLimitError");
  assertEquals(text.match(/outcome: "failed"/g)?.length, 5);
}

// Polled so rarely that nothing fails by chance.
const calm = { POLL: "600000" };

Deno.test("the supervised service answers, heals when it is broken on purpose, and ends when told", () =>
  withService({ ...calm, LEAK: "Infinity" }, async (lines) => {
    const url = (await lines.until("listening on ")).slice("listening on ".length);
    const health = async (): Promise<Health> => await (await fetch(url)).json();
    assertEquals((await health()).children.map(({ id, status }) => [id, status]), [
      ["server", "running"],
      ["poller", "running"],
      ["worker", "running"],
    ]);
    for (const id of ["poller", "worker", "server"]) {
      const answer = await fetch(`${url}/break/${id}`, { method: "POST" });
      assertEquals([answer.status, await answer.json()], [202, { broken: id }]);
      await lines.until(`${id} started`);
    }
    for (const { status, restarts, lastError, id } of (await health()).children) {
      assertEquals([status, restarts, lastError], [
        "running",
        1,
        `Error: ${id} was broken on purpose`,
      ]);
    }
    const stopped = await fetch(`${url}/stop/poller`, { method: "POST" });
    assertEquals(await stopped.json(), { stop: "poller" });
    assertEquals((await health()).children[1].status, "stopped");
    const unknown = await fetch(`${url}/stop/nobody`, { method: "POST" });
    assertEquals(unknown.status, 404);
    await unknown.body?.cancel();
  }));

Deno.test("the supervised service gives up when its children are broken five times in a row, and ends with all errors", () =>
  withService({ ...calm, LEAK: "Infinity" }, async (lines) => {
    const url = (await lines.until("listening on ")).slice("listening on ".length);
    const broken = ["poller", "worker", "server", "worker", "poller"];
    let left = broken.length;
    for (const id of broken) {
      const answer = await fetch(`${url}/break/${id}`, { method: "POST" });
      assertEquals([answer.status, await answer.json()], [202, { broken: id }]);
      await lines.until(`${id} failed`);
      // The fifth time is one too many.
      if (--left > 0) await lines.until(`${id} started`);
    }
    await lines.until("gave up on poller after 5 failures");
  }, true));

Deno.test("the supervised service recycles a worker that leaks", () =>
  withService({ ...calm, LEAK: "1" }, async (lines) => {
    await lines.until("recycling the worker");
    await lines.until("worker stopped");
    await lines.until("worker started");
  }));

/** Reads lines one by one. */
function linesOf(stream: ReadableStream<Uint8Array>) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    /** The next line that begins so; the others are skipped. */
    async until(beginning: string): Promise<string> {
      for (;;) {
        const end = text.indexOf("\n");
        if (end >= 0) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          if (line.startsWith(beginning)) return line;
          continue;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error(`The output ended before a line that begins '${beginning}'`);
        text += value;
      }
    },
    async close(): Promise<void> {
      while (!(await reader.read()).done);
    },
  };
}
