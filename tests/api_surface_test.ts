import { fail } from "@std/assert";
import { publicSurface, SURFACE_FILE } from "../tools/api.ts";

Deno.test("the public surface is the one written down in docs/api.txt", async () => {
  const written = await readWritten();
  const actual = await publicSurface();
  if (actual === written) return;
  fail(
    "the public surface has changed. If that is meant, run `deno task docs` and commit " +
      `docs/api.txt with the change.\n\n${changes(written, actual)}`,
  );
});

async function readWritten(): Promise<string> {
  try {
    return await Deno.readTextFile(SURFACE_FILE);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

function changes(before: string, after: string): string {
  const minus = without(before.split("\n"), after.split("\n")).map((line) => `- ${line}`);
  const plus = without(after.split("\n"), before.split("\n")).map((line) => `+ ${line}`);
  return [...minus, ...plus].join("\n") || "(the same lines in another order)";
}

function without(lines: string[], others: string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}
