import { assertEquals } from "@std/assert";

Deno.test("parallel: a thread that fills its heap is lost alone, without limits too [W1] [E4]", async () => {
  const program = new URL("fixtures/heap_program.ts", import.meta.url).href;
  const flags = ["--no-check", "--no-lock", "--allow-all", "--v8-flags=--max-old-space-size=200"];
  const command = new Deno.Command(Deno.execPath(), { args: ["run", ...flags, program] });
  const { code, stdout } = await command.output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "WorkerLostError\n2\n"]);
});
