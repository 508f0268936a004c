/**
 * Memory and scale of the kernel and of pipelines, in processes of their own that can collect garbage on demand.
 *
 * @module
 */

/** Runs the measurements, and returns what they say. */
export async function memory(): Promise<string[]> {
  return [...await measured("memory_child.ts"), ...await measured("pipeline_memory_child.ts")];
}

async function measured(child: string): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--v8-flags=--expose-gc",
      new URL(`./${child}`, import.meta.url).pathname,
    ],
    stdout: "piped",
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error("The memory measurements failed");
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}
