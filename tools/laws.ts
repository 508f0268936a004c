/**
 * Which tests check which law, by the identifiers that tests carry in their names; and the properties of the laws, which it
 * runs under all their schedules, to write under the laws in `docs/laws.md` how many those are.
 *
 * @module
 */

import type { Property } from "../tests/laws/law.ts";

const root = new URL("../", import.meta.url);
const document = new URL("docs/laws.md", root);

/** Where in the document begins what is written by this tool. */
const heading = "## Properties";

/** Laws of which a part, or all, is about what no schedule decides, and what shows them instead. */
export const beyondSchedules: { readonly [law: string]: string } = {
  C6:
    "memory and cost: `tests/sync/channel_test.ts` cancels out of long lines, and `bench/` measures",
  E1:
    "other threads and processes are real ones: `tests/executors/`, and the matrix of the pool on Deno, Node and Bun",
  E2: "the same, for what is ended by force there",
  E3: "the same",
  E4: "the same, for workers that die",
  F2: "the host's own timers: `tests/kernel/scheduler_test.ts`",
  F3: "cost: counted in `tests/kernel/scheduler_test.ts`, measured by `bench/`",
  F4: "memory: `tests/kernel/scheduler_test.ts`, measured by `bench/`",
  S10: "how the host reports an unhandled rejection: `tests/kernel/unobserved_test.ts`",
  W1: "workers are real threads and processes: `tests/executors/parallel/`, and the matrix",
  W2: "the same; that a process exits by itself is seen on processes",
  Q1: "not built yet",
  Q2: "not built yet",
};

/** A test, as far as its text tells. */
export interface LawTest {
  readonly file: string;
  readonly name: string;
  /** The identifiers in its name: `S3`. */
  readonly laws: readonly string[];
  /** How it looks for a violation. */
  readonly how: string;
}

/** The text of the laws, without what is written by this tool. */
async function lawText(): Promise<string> {
  const text = await Deno.readTextFile(document);
  const end = text.indexOf(`\n${heading}\n`);
  return (end < 0 ? text : text.slice(0, end)).trimEnd() + "\n";
}

/** The laws of `docs/laws.md`, in order. */
export async function lawsOf(): Promise<string[]> {
  const text = await lawText();
  return [...new Set([...text.matchAll(/(?:^- |\. |\) )([A-Z]\d+) /gm)].map(([, law]) => law))];
}

/** All tests that carry a law, by file. */
export async function lawTests(): Promise<LawTest[]> {
  const found: LawTest[] = [];
  for (const file of await testFiles("tests")) {
    const text = await Deno.readTextFile(new URL(file, root));
    const starts = [
      ...text.matchAll(
        /(?:Deno\.test|\blaw|\blawOfAll|\blawBy)\((?:\{\s*name: )?\s*([`"])((?:\\.|(?!\1).)*)\1/gs,
      ),
    ];
    starts.forEach((match, at) => {
      const [call, , name] = match;
      const laws = identifiersIn(name);
      if (laws.length === 0) return;
      const end = starts[at + 1]?.index ?? text.length;
      const how = call.startsWith("law") ? "property" : howOf(text.slice(match.index, end));
      found.push({ file, name, laws, how });
    });
  }
  return found;
}

function identifiersIn(name: string): string[] {
  return [...name.matchAll(/\[([A-Z]\d+)\]/g)].map(([, law]) => law);
}

function howOf(body: string): string {
  const ways: string[] = [];
  const has = (pattern: RegExp): boolean => pattern.test(body);
  if (has(/fc\.(assert|asyncProperty|property)|assertProperty/)) ways.push("generated");
  if (has(/explore[d]?\(/)) ways.push("explored");
  if (has(/cancelAtEveryStep|interruptEverywhere|AtEveryStep/)) {
    ways.push("cancelled at every step");
  }
  if (has(/seed/)) ways.push("seeds");
  if (ways.length === 0) ways.push(has(/simulate\(/) ? "virtual time" : "as it is");
  return ways.join(", ");
}

async function testFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(`${folder}/`, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await testFiles(path));
    else if (path.endsWith("_test.ts")) files.push(path);
  }
  return files.sort();
}

/** The properties that tests state, with the files in which they do. Imports those files, which runs none of their tests. */
export async function lawProperties(): Promise<Map<string, Property[]>> {
  const { properties } = await import("../tests/laws/law.ts");
  const found = new Map<string, Property[]>();
  for (const file of await testFiles("tests")) {
    const text = await Deno.readTextFile(new URL(file, root));
    if (!/^import .*from ".*\/law\.ts";$/ms.test(text)) continue;
    const before = properties.length;
    await import(new URL(file, root).href);
    found.set(file, properties.slice(before));
  }
  return found;
}

/** The document: the laws, their properties, and what no schedule decides. */
export async function lawDocument(): Promise<string> {
  const { rowOf } = await import("../tests/laws/law.ts");
  const lines = [
    heading,
    "",
    "From here on written by `deno task laws`, which runs the properties; each test compares its row with what it has run.",
    "How many schedules each property is checked under, in every run of the tests: at random, by PCT with a depth of 1, 2",
    "and 3, all of them (or all that deviate from the real scheduler's in so many decisions at most), and with a",
    "cancellation before each step, under five seeds. The other tests of a law are found by its identifier:",
    "`grep -rn '\\[S3\\]' tests`.",
    "",
  ];
  for (const [file, properties] of await lawProperties()) {
    if (properties.length === 0) continue;
    const table = [
      `[${file}](../${file})`,
      "",
      "| laws | what holds | random | PCT | exhaustive | cancelled |",
      "| ---- | ---------- | -----: | --- | ---------- | --------: |",
    ];
    for (const property of properties) table.push(rowOf(property.name, await property.check()));
    lines.push(...table, "");
  }
  lines.push("## What no schedule decides", "");
  for (const [law, why] of Object.entries(beyondSchedules)) lines.push(`- ${law}: ${why}.`);
  return `${await lawText()}\n${lines.join("\n")}\n`;
}

if (import.meta.main) {
  await Deno.writeTextFile(document, await lawDocument());
  console.log("Wrote docs/laws.md");
}
