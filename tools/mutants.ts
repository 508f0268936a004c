/**
 * Shows that the tests have teeth: breaks the library in one place at a time, in a copy of the project, and runs the tests
 * that must notice. Says which mutants survived, and which are stale, and ends with 1 when there are any. It takes some
 * minutes, so it is a task of its own (`deno task mutants`), and no part of the gate.
 *
 * @module
 */

import type { Mutant } from "./mutants/mutant.ts";
import { mutants } from "./mutants/mutants.ts";

const root = new URL("../", import.meta.url);
/** How long the tests of one mutant may take; one that hangs is noticed too. */
const limit = 120_000;

/** Those in files whose names contain what stands on the command line. */
const chosen = mutants.filter(({ file }) => file.includes(Deno.args[0] ?? ""));
const stale = await staleAmong(chosen);
for (const { file, why } of stale) console.log(`stale     ${file}: ${why}`);
const copy = await copyProject();
const survivors: Mutant[] = [];
try {
  for (const mutant of chosen.filter((each) => !stale.includes(each))) {
    const verdict = await tryMutant(copy, mutant);
    if (verdict === "survived") survivors.push(mutant);
    console.log(`${verdict.padEnd(9)} ${mutant.file}: ${mutant.why}`);
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
const missed = survivors.length + stale.length;
console.log(`${chosen.length - missed} of ${chosen.length} mutants were noticed`);
if (missed > 0) Deno.exit(1);

/** Those whose file does not have the place that they change, just once: the code is another one now. */
async function staleAmong(mutants: readonly Mutant[]): Promise<Mutant[]> {
  const found: Mutant[] = [];
  for (const mutant of mutants) {
    const text = await Deno.readTextFile(new URL(mutant.file, root));
    if (text.split(mutant.from).length !== 2) found.push(mutant);
  }
  return found;
}

/** Copies what is under version control, as it stands in the working tree. */
async function copyProject(): Promise<string> {
  const listed = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: root,
  }).output();
  const target = await Deno.makeTempDir({ prefix: "mutants-" });
  for (const path of new TextDecoder().decode(listed.stdout).trim().split("\n")) {
    const to = `${target}/${path}`;
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    try {
      await Deno.copyFile(new URL(path, root), to);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return target;
}

async function tryMutant(
  project: string,
  { file, from, to, tests }: Mutant,
): Promise<"noticed" | "survived"> {
  const path = `${project}/${file}`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(from, () => to));
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-prompt",
        "--allow-all",
        "--no-check",
        "--parallel",
        "--quiet",
        "--fail-fast",
        ...tests,
      ],
      cwd: project,
      stdout: "null",
      stderr: "null",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), limit);
    const { success } = await child.status;
    clearTimeout(timer);
    return success ? "survived" : "noticed";
  } finally {
    await Deno.writeTextFile(path, text);
  }
}
