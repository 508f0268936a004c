import { assertEquals } from "@std/assert";
import { nodeThreads } from "../../../src/executors/parallel/platforms/node_threads.ts";

async function run(mode: string): Promise<{ code: number; out: string; error: string }> {
  const program = new URL("fixtures/exits_by_itself.ts", import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-lock", "--allow-all", program, mode],
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

Deno.test("a program with an idle worker and a retired one ends by itself [W2]", async () => {
  assertEquals(await run("idle"), { code: 0, out: "[2,3,4] 0 0\n", error: "" });
});

Deno.test("a call that loops for ever and is cancelled keeps no program alive, and is counted [E2] [W2]", async () => {
  assertEquals(await run("loop"), {
    code: 0,
    out: `stop\n[2,3,4] 0 ${nodeThreads.stopsLoops ? 0 : 1}\n`,
    error: "",
  });
});
