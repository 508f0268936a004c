import { assertEquals } from "@std/assert";
import { runMatrix } from "./matrix/run_matrix.ts";

const program = new URL("matrix/program.ts", import.meta.url).href;
const command = [Deno.execPath(), "run", "--no-check", "--no-lock", "--allow-all", program];

for (const isolation of ["thread", "process"] as const) {
  Deno.test(`whatever a job does, to a ${isolation}: each task ends, the pool goes on, the program ends [E4] [W1] [W2]`, async () => {
    assertEquals(await runMatrix("deno", isolation, command), []);
  });
}
