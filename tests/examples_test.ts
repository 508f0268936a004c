/** The examples do what they say, as they are called on their page. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";

const root = new URL("../", import.meta.url);
const folder = new URL("examples/", root);
const page = await Deno.readTextFile(new URL("README.md", folder));
const commands = [...page.matchAll(/`(deno [^`]*)`/g)].map(([, command]) => command!)
  .filter((command) => command.includes(" task ") || command.includes("examples/"));

/** What each says, by the beginning of its file's name. */
const says: { readonly [example: string]: RegExp } = {
  checksums: /^[0-9a-f]{64} {2}README\.md\n(?:[0-9a-f]{64} {2}.*\n)+$/,
  crawl: /BROKEN .*\/lost, linked from .*\/page\/7: 404 Not Found\n.*\n41 pages, 2 broken links\n$/,
  even_or_odd: /0² = 0 is zero\n1² = 1 is odd/,
  fetch_pages: /^40 pages with 115 links, at most 8 at a time\n$/,
  log_report: /6000 +1\.0 % .* \/\n[^]*4 lines are not in the combined format/,
  main_job: /most frequent of \d+ words[^]*adaptive +\d+ ms/,
  monte_carlo: /50 % are done within 62 days\n[^]*99 % are done within 8\d days/,
  responsive_service: /plain server[^]*adaptive executor[^]*picture: \d+ here, \d+ on workers/,
  tail_grep: /27 lines found\n40 lines in all\n$/,
  word_frequencies: /^( +\d+ \p{L}+\n){5}\d+ different words in \d+ files\n$/u,
};

async function output(command: string): Promise<string> {
  const [, ...args] = command.split(" ");
  if (args[0] === "run") args.splice(1, 0, "--no-prompt");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

for (const [example, expected] of Object.entries(says)) {
  Deno.test(`the example ${example} does what its page says`, async () => {
    const name = example === "main_job" ? "task start" : `examples/${example}.ts`;
    const command = commands.find((command) => command.includes(name));
    assert(command !== undefined, `${example} is not on the page`);
    assertMatch(await output(command), expected);
  });
}

Deno.test("the page of the examples has all of them", () => {
  const parts = /_(?:jobs|site|picture)\.ts$/;
  const programs = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".ts") && !parts.test(name));
  for (const name of programs) assertStringIncludes(page, `(${name})`);
  const tested = [...Object.keys(says), "supervised_service"].map((name) => `${name}.ts`);
  assertEquals(programs.sort(), tested.sort());
});

Deno.test("the example of checksums tells of what it cannot read, and goes on", async () => {
  const place = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(place, "a.txt"), "abc");
    await Deno.writeTextFile(join(place, "c.txt"), "");
    await Deno.symlink(join(place, "none"), join(place, "b.txt"));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", "examples/checksums.ts", place],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 1);
    assertStringIncludes(new TextDecoder().decode(stderr), "b.txt: Error: neither file nor folder");
    assertEquals(
      new TextDecoder().decode(stdout),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.txt\n" +
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  c.txt\n",
    );
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("the example of the log reads compressed logs, and adds up", async () => {
  const place = await Deno.makeTempDir();
  try {
    const line = (path: string, status: number, seconds: string): string =>
      `::1 - - [28/Nov/2026:11:00:00 +0000] "GET ${path} HTTP/1.1" ${status} 1000 "-" "-" ${seconds}\n`;
    const text = line("/a", 200, "0.003").repeat(3000) + line("/b?c=d", 500, "0.900").repeat(10);
    const gzip = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(join(place, "access.log.gz"), gzip);
    await Deno.writeTextFile(join(place, "access.log"), text);
    for (const name of ["access.log", "access.log.gz"]) {
      const report = await output(
        `deno run --allow-read --allow-env --allow-sys examples/log_report.ts ${join(place, name)}`,
      );
      assertMatch(report, /^ +3000 +0\.0 % +≤ 4 ms +≤ 4 ms +3000 {2}\/a$/m);
      assertMatch(report, /^ +10 +100\.0 % +≤ 1024 ms +≤ 1024 ms +10 {2}\/b$/m);
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});

Deno.test("the example of Monte Carlo draws its picture", async () => {
  const place = await Deno.makeTempDir();
  try {
    const picture = join(place, "days.svg");
    const permissions = "--allow-read --allow-write --allow-env --allow-sys";
    await output(`deno run ${permissions} examples/monte_carlo.ts 30000 ${picture}`);
    const svg = await Deno.readTextFile(picture);
    assertMatch(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert(svg.match(/<rect x=/g)!.length > 40);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
});
