import { assertEquals } from "@std/assert";

const program = new URL("fixtures/permitted_program.ts", import.meta.url).href;

Deno.test("parallel: jobs may do no more than the pool's permissions, and the pool goes on [E1] [W1] [W2]", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-lock", "--no-prompt", "--allow-all"],
      "--unstable-worker-options",
      program,
    ],
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  const lines = text.decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([code, text.decode(stderr)], [0, ""]);
  assertEquals(lines, [
    ["reads", "NotCapable"],
    ["reads later", "NotCapable"],
    ["connects", "NotCapable"],
    ["goes on", 2],
    ["a module that is new", 9, 1],
    ["exits by", "close", ["WorkerLostError", "number"]],
    ["exits by", "Deno", ["WorkerLostError", "number"]],
    ["exits by", "process", ["WorkerLostError", "number"]],
    ["throws late", "undefined"],
    ["out of time", "TimeoutError"],
    ["never settles", "TimeoutError"],
    ["everywhere", 1, 0],
    ["reads", "number"],
    ["reads elsewhere", "NotCapable"],
    ["everywhere", [3, 3]],
    ["a full worker was replaced", 0],
  ]);
});
