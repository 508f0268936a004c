/** The examples of pipelines do what they say. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const root = new URL("../../", import.meta.url);

async function output(example: string, permissions: string[], ...args: string[]): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, `examples/${example}.ts`, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const files = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"];

Deno.test("the example of word frequencies counts the words of a folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/inner`);
    await Deno.writeTextFile(`${folder}/a.txt`, "Warp and weft, warp.\n");
    await Deno.writeTextFile(`${folder}/inner/b.txt`, "The weft and the WARP");
    await Deno.writeFile(`${folder}/c.bin`, new Uint8Array([119, 97, 114, 112, 0]));
    const lines = (await output("word_frequencies", files, folder, "3")).split("\n");
    assertEquals(lines.map((line) => line.trim()), [
      "3 warp",
      "2 and",
      "2 the",
      "4 different words in 2 files",
      "",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the example of tail and grep finds its lines in a growing log", async () => {
  const lines = (await output("tail_grep", files)).trimEnd().split("\n");
  const expected = Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 3 !== 2).map((n) =>
    `${["swig", "python"][n % 3]}: ${n} ${["swig", "python"][n % 3]} says hello`
  );
  assertEquals(lines, [...expected, "27 lines found", "40 lines in all"]);
});

Deno.test("the example of many pages fetches, parses and writes each, eight at a time", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const text = await output("fetch_pages", [...files, "--allow-net"], "40", folder);
    assertStringIncludes(text, "40 pages with 115 links, at most 8 at a time");
    const written = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(written.length, 40);
    const page = JSON.parse(await Deno.readTextFile(`${folder}/page_9.json`));
    assertEquals([page.title, page.links.length, page.paragraphs], ["Page 9", 2, 500]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the example of word frequencies fails for a folder that is not there", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...files, "examples/word_frequencies.ts", "no/such/folder"],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(success, false);
  assertStringIncludes(new TextDecoder().decode(stderr), "ENOENT");
});
