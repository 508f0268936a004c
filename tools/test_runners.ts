/**
 * `./testing` under the test runners of others: a small suite under `node:test`, `bun:test` and Vitest, as their users have
 * it, from a packed tarball in `node_modules`. Each runs it twice, and must notice the test that fails the second time.
 *
 * @module
 */
import { installPacked, transpile } from "./packed.ts";

/** Two lines are what a runner needs; the rest is the suite's. */
const runners: readonly {
  readonly name: string;
  readonly from: string;
  readonly command: (file: string) => string[];
}[] = [
  {
    name: "node:test, Node 20",
    from: "node:test",
    command: (file) => ["npx", "-y", "-p", "node@20", "node", "--test", file],
  },
  {
    name: "node:test, Node 26",
    from: "node:test",
    command: (file) => ["npx", "-y", "-p", "node@26", "node", "--test", file],
  },
  {
    name: "bun:test",
    from: "bun:test",
    command: (file) => ["npx", "-y", "-p", "bun@1", "bun", "test", `./${file}`],
  },
  {
    name: "Vitest",
    from: "vitest",
    command: (file) => [
      ...["npx", "-y", "-p", "node@26", "node", "node_modules/vitest/vitest.mjs"],
      ...["run", "--no-color", file],
    ],
  },
];

interface Outcome {
  readonly success: boolean;
  readonly output: string;
}

async function run(place: string, [command, ...args]: string[]): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: place,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { success, output: text.decode(stdout) + text.decode(stderr) };
}

/** What is wrong with how a runner takes the suite; `null` when nothing is. */
async function check(place: string, runner: (typeof runners)[number]): Promise<string | null> {
  for (const failing of [false, true]) {
    const file = `${runner.from.replace(":", "-")}-${failing ? "failing" : "passing"}.test.mjs`;
    await Deno.writeTextFile(
      `${place}/${file}`,
      `import { test } from "${runner.from}";
import { suite } from "./suite.js";
suite(test, ${failing});
`,
    );
    const { success, output } = await run(place, runner.command(file));
    if (success === failing) return output;
    // The story is what whoever reads the report goes by.
    if (failing && !/2 switches between tasks|4 switches between tasks/.test(output)) return output;
  }
  return null;
}

if (import.meta.main) {
  const place = await Deno.makeTempDir();
  let failures = 0;
  try {
    const others = run(place, [
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      "vitest@5",
      "fast-check@4",
    ]);
    const { success, output } = await others;
    if (!success) throw new Error(`Cannot get Vitest from npm: ${output}`);
    await installPacked(place);
    await transpile("tests/testing/runners/suite.ts", `${place}/suite.js`);
    for (const runner of runners) {
      const wrong = await check(place, runner);
      console.log(`${runner.name}: ${wrong === null ? "ok" : "FAILED"}`);
      if (wrong === null) continue;
      failures++;
      console.error(wrong);
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
  if (failures > 0) Deno.exit(1);
}
