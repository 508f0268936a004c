import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { version } from "../../src/cli/version.ts";
import { heddle, job } from "./heddle_process.ts";

const wrong: [what: string, args: string[], says: RegExp][] = [
  ["no command", [], /Usage: heddle/],
  ["a command that does not exist", ["mapp"], /unknown command 'mapp'\n\(Did you mean map\?\)/],
  ["no function", ["map"], /missing required argument 'module#export'/],
  [
    "a mistyped option",
    ["map", job("echo"), "--pol", "green"],
    /unknown option '--pol'\n\(Did you mean --pool\?\)/,
  ],
  [
    "an input that looks like an option",
    ["map", job("echo"), "-x"],
    /Inputs that begin with '-' come after '--'/,
  ],
  [
    "a pool that does not exist",
    ["map", job("echo"), "--pool", "red"],
    /choices are auto, green, parallel, solo/,
  ],
  [
    "a bad number",
    ["map", job("echo"), "-c", "0"],
    /'0' is invalid\. It must be a whole number, at least 1/,
  ],
  [
    "a bad number of retries",
    ["map", job("echo"), "--retries", "1.5"],
    /It must be a whole number, at least 0/,
  ],
  [
    "a bad duration",
    ["map", job("echo"), "--timeout", "5x"],
    /It must be a duration above 0: 500ms, 5s, 2m/,
  ],
  ["a bad choice", ["map", job("echo"), "--on-error", "stop"], /choices are fail, skip, collect/],
  [
    "a contradiction",
    ["map", job("echo"), "--pool", "solo", "-c", "2"],
    /--pool solo works on one input at a time/,
  ],
  ["a bad rate", ["map", job("echo"), "--rate", "0/s"], /It must be .* in a time: 10\/s, 600\/m/],
  [
    "workers where there are none",
    ["map", job("echo"), "--pool", "green", "--per-worker", "2"],
    /--per-worker is for workers, and --pool green has none: use --pool parallel/,
  ],
  [
    "a number for a priority",
    ["map", job("echo"), "--priority", "5"],
    /--priority 5 would be the same for all inputs.*: name a field of JSON inputs/,
  ],
  [
    "a field of what has none",
    ["map", job("echo"), "--priority", ".a"],
    /only JSON inputs have fields: add --json/,
  ],
  [
    "a priority that is not exported",
    ["map", job("echo"), "--priority", "none"],
    /has no export 'none': its functions are/,
  ],
  [
    "a missing file",
    ["map", "./none.ts#x"],
    /There is no module '\.\/none\.ts': file:.*\/none\.ts does not exist/,
  ],
  ["a missing module", ["map", "none#x"], /There is no module 'none' in .*: write a path as in/],
  ["no module", ["map", "#x"], /'#x' names no module: write <module>#<export>/],
  [
    "no export",
    ["map", job("").slice(0, -1)],
    /lacks the name of an export.*: its functions are .*, echo, /,
  ],
  ["a missing export", ["map", job("ech")], /has no export 'ech': its functions are .*, echo, /],
  [
    "an export that is no function",
    ["map", job("constant")],
    /'constant' of .* is of type number, not a function/,
  ],
  ["an export that is a class", ["map", job("Shape")], /'Shape' of .* is a class, not a function/],
  [
    "a module that fails",
    ["map", "data:text/javascript,throw Error('no')#x"],
    /Cannot load module .*: Error: no/,
  ],
];

for (const [what, args, says] of wrong) {
  Deno.test(`heddle says what is wrong with ${what}, and ends with exit code 2`, async () => {
    const { code, stdout, stderr } = await heddle(args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, says);
    assertEquals(stderr.includes("\x1b"), false);
  });
}

Deno.test("heddle --help and heddle help map print help on stdout", async () => {
  const all = await heddle(["--help"]);
  assertEquals([all.code, all.stderr], [0, ""]);
  assertStringIncludes(all.stdout, "map [options]");
  const map = await heddle(["help", "map"]);
  assertEquals([map.code, map.stderr], [0, ""]);
  for (const part of ["--unordered", "Pools:", "Failures:", "Exit codes:", "Examples:"]) {
    assertStringIncludes(map.stdout, part);
  }
});

Deno.test("heddle --version prints the version of the package", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(version, config.version);
  assertEquals((await heddle(["--version"])).stdout, `${version}\n`);
});

Deno.test("the command names its packages as deno.json does", async () => {
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const source = await Deno.readTextFile(new URL("../../src/cli/packages.ts", import.meta.url));
  for (const name of ["commander", "cli-progress"]) {
    assertStringIncludes(source, `"${imports[name]}"`);
  }
});
