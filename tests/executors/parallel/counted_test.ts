import { assertEquals } from "@std/assert";

const program = new URL("fixtures/counted_program.ts", import.meta.url).href;

for (const isolation of ["thread", "process"]) {
  Deno.test({
    name:
      `parallel, ${isolation}: after close there is no thread, process, timer or port more than before [W2]`,
    // Where else the system lists threads is not known.
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "--no-lock", "--allow-all", program, isolation],
      }).output();
      const text = new TextDecoder();
      assertEquals([text.decode(stdout), text.decode(stderr)], ["true true 0 0\n", ""]);
    },
  });
}
