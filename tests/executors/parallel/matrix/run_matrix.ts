/** Runs the matrix in a program of its own, and compares. */
import { expected, type Isolation, type Runtime } from "./expected.ts";

/** Milliseconds until a program that does not end by itself is ended: the cells' own bounds come first. */
export const patience = 240_000;

/** What is wrong with the lines that a program wrote. */
export function compareMatrix(
  runtime: Runtime,
  isolation: Isolation,
  lines: readonly string[],
): string[] {
  const wrong: string[] = [];
  expected(runtime, isolation).forEach((cell, index) => {
    const line = JSON.stringify(cell);
    if (lines[index] !== line) {
      wrong.push(`expected ${line}\n     got ${lines[index] ?? "nothing"}`);
    }
  });
  return wrong;
}

/** What is wrong with the matrix on a runtime: nothing, as it should be. */
export async function runMatrix(
  runtime: Runtime,
  isolation: Isolation,
  [command, ...args]: string[],
  cwd?: string,
): Promise<string[]> {
  const child = new Deno.Command(command, {
    args: [...args, isolation],
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isHung = false;
  const timer = setTimeout(() => {
    isHung = true;
    child.kill("SIGKILL");
  }, patience);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  const wrong = compareMatrix(runtime, isolation, lines);
  if (isHung) wrong.push(`the program did not end by itself within ${patience} ms`);
  else if (code !== 0) wrong.push(`the program ended with exit code ${code}`);
  // Engines write much about a heap that is full.
  if (wrong.length > 0) wrong.push(new TextDecoder().decode(stderr).slice(-4000));
  return wrong;
}
