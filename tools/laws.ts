/**
 * Which tests check which law: reads the identifiers that tests carry in their names, and writes `docs/law_tests.md`.
 *
 * @module
 */

const root = new URL("../", import.meta.url);

/** A test, as far as its text tells. */
export interface LawTest {
  readonly file: string;
  readonly name: string;
  /** The identifiers in its name: `S3`. */
  readonly laws: readonly string[];
  /** How it looks for a violation. */
  readonly how: string;
}

/** The laws of `docs/laws.md`, in order. */
export async function lawsOf(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("docs/laws.md", root));
  return [...new Set([...text.matchAll(/(?:^- |\. |\) )([A-Z]\d+) /gm)].map(([, law]) => law))];
}

/** All tests that carry a law, by file. */
export async function lawTests(): Promise<LawTest[]> {
  const found: LawTest[] = [];
  for (const file of await testFiles("tests")) {
    const text = await Deno.readTextFile(new URL(file, root));
    const starts = [
      ...text.matchAll(/Deno\.test\((?:\{\s*name: )?\s*([`"])((?:\\.|(?!\1).)*)\1/gs),
    ];
    starts.forEach((match, at) => {
      const [, , name] = match;
      const laws = [...name.matchAll(/\[([A-Z]\d+)\]/g)].map(([, law]) => law);
      if (laws.length === 0) return;
      const end = starts[at + 1]?.index ?? text.length;
      found.push({ file, name, laws, how: howOf(text.slice(match.index, end)) });
    });
  }
  return found;
}

function howOf(body: string): string {
  const ways: string[] = [];
  const has = (pattern: RegExp): boolean => pattern.test(body);
  if (has(/fc\.(assert|asyncProperty|property)|assertProperty/)) ways.push("generated");
  if (has(/explore[d]?\(/)) ways.push("explored: random, PCT");
  if (has(/"exhaustive"/)) ways.push("exhaustive");
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

/** The document. */
export async function lawTable(): Promise<string> {
  const tests = await lawTests();
  const lines = [
    "# Laws and their tests",
    "",
    "Written by `deno task laws`. How a test looks: `generated` programs (fast-check, a hundred or more a run), `explored`",
    "orders (random and PCT, a thousand and more), `exhaustive` ones, `cancelled at every step`, several `seeds` of the",
    "simulated scheduler, one program on `virtual time`, or `as it is` on the real one.",
    "",
    "| law | tests | how | where |",
    "| --- | ----: | --- | ----- |",
  ];
  for (const law of await lawsOf()) {
    const own = tests.filter(({ laws }) => laws.includes(law));
    const ways = [...new Set(own.flatMap(({ how }) => how.split(", ")))].join(", ");
    const files = [...new Set(own.map(({ file }) => file.replace(/^tests\//, "")))];
    lines.push(
      `| ${law} | ${own.length} | ${ways} | ${files.map((file) => `\`${file}\``).join(", ")} |`,
    );
  }
  return lines.join("\n") + "\n";
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("docs/law_tests.md", root), await lawTable());
  console.log("Wrote docs/law_tests.md");
}
