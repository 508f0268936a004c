import { assertArrayIncludes, assertEquals } from "@std/assert";
import { layerViolations, readSource } from "../tools/layers.ts";

const ROOT = new URL("../", import.meta.url);

/** The package's own files: the entries at the root, and everything under src. */
function packageFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  const visit = (folder: string, deep: boolean) => {
    for (const entry of Deno.readDirSync(new URL(folder || ".", ROOT))) {
      const path = folder + entry.name;
      if (entry.isDirectory && deep) visit(`${path}/`, true);
      if (entry.isFile && path.endsWith(".ts")) {
        files[path] = Deno.readTextFileSync(new URL(path, ROOT));
      }
    }
  };
  visit("", false);
  visit("src/", true);
  return files;
}

function violations(files: Record<string, string>): string[] {
  return layerViolations(Object.entries(files).map(([path, source]) => readSource(path, source)));
}

Deno.test("every file imports only from its own layer or a lower one", () => {
  const files = packageFiles();
  assertArrayIncludes(Object.keys(files), ["mod.ts"]);
  assertEquals(violations(files), []);
});

Deno.test("layerViolations() accepts what the rules allow", () => {
  assertEquals(
    violations({
      "mod.ts": `/** The core. @module */
        export * from "./src/kernel/task.ts";
        export { type Pool, pool } from "./src/executors/parallel/pool.ts";`,
      "cli.ts": `import { pool } from "./mod.ts"; import "npm:args"; import "node:process";`,
      "src/kernel/task.ts": `import "./queue.ts";`,
      "src/kernel/queue.ts": "",
      "src/sync/channel.ts": `import type { Task } from "../kernel/task.ts";`,
      "src/executors/parallel/pool.ts": `import "node:worker_threads";
        const worker = import.meta.resolve("./worker.ts");`,
      "src/executors/parallel/worker.ts": `import "../../sync/channel.ts";`,
      "src/testing/simulate.ts": `import "npm:fast-check"; import "../../mod.ts";`,
    }),
    [],
  );
});

const breaches: [what: string, files: Record<string, string>, expected: string[]][] = [
  [
    "a lower layer importing a higher one",
    { "src/kernel/a.ts": `import "../sync/b.ts";`, "src/sync/b.ts": "" },
    ["src/kernel/a.ts imports src/sync/b.ts: kernel may not know sync"],
  ],
  [
    "the same by type only",
    { "src/kernel/a.ts": `type B = import("../sync/b.ts").B;`, "src/sync/b.ts": "" },
    ["src/kernel/a.ts imports src/sync/b.ts: kernel may not know sync"],
  ],
  [
    "the same by loading later",
    { "src/kernel/a.ts": `await import("../sync/b.ts");`, "src/sync/b.ts": "" },
    ["src/kernel/a.ts imports src/sync/b.ts: kernel may not know sync"],
  ],
  [
    "a layer of the core importing the whole",
    { "src/executors/a.ts": `export * from "../../mod.ts";`, "mod.ts": "" },
    ["src/executors/a.ts imports mod.ts: executors may not know mod.ts"],
  ],
  [
    "the core exporting what is built on it",
    { "mod.ts": `export * from "./testing.ts";`, "testing.ts": "" },
    ["mod.ts imports testing.ts: mod.ts may not know testing"],
  ],
  [
    "a file outside the layers",
    { "src/utils/a.ts": "", "src/b.ts": "" },
    ["src/utils/a.ts lies in no layer", "src/b.ts lies in no layer"],
  ],
  [
    "an import of something that is not the package's",
    { "src/cli/a.ts": `import "../../tools/gate.ts";` },
    ["src/cli/a.ts imports tools/gate.ts, which is not a source file"],
  ],
  [
    "code in mod.ts",
    { "mod.ts": `export const version: string = "1";` },
    ["mod.ts holds something other than re-exports"],
  ],
  [
    "an import in mod.ts",
    { "mod.ts": `import "./src/kernel/a.ts";`, "src/kernel/a.ts": "" },
    ["mod.ts holds something other than re-exports"],
  ],
  [
    "a dependency of the core, some files away",
    {
      "mod.ts": `export * from "./src/sync/a.ts";`,
      "src/sync/a.ts": `import "../kernel/b.ts";`,
      "src/kernel/b.ts": `import "npm:effection"; import "fast-check"; import "jsr:@std/async";`,
    },
    ["npm:effection", "fast-check", "jsr:@std/async"].map((specifier) =>
      `src/kernel/b.ts imports ${specifier}: it is reached from mod.ts, which has no dependencies`
    ),
  ],
  [
    "a dependency of a worker that the core starts",
    {
      "mod.ts": `export * from "./src/executors/a.ts";`,
      "src/executors/a.ts": `new URL("./b.ts", import.meta.url);`,
      "src/executors/b.ts": `import "npm:effection";`,
    },
    ["src/executors/b.ts imports npm:effection: it is reached from mod.ts, which has no dependencies"],
  ],
  [
    "a built-in outside its places",
    { "src/kernel/a.ts": `import "node:process";`, "src/executors/b.ts": `import "node:os";` },
    [
      "src/kernel/a.ts imports node:process: built-ins belong in src/executors/parallel/, src/cli/, cli.ts",
      "src/executors/b.ts imports node:os: built-ins belong in src/executors/parallel/, src/cli/, cli.ts",
    ],
  ],
];

for (const [what, files, expected] of breaches) {
  Deno.test(`layerViolations() names ${what}`, () => {
    assertEquals(violations(files), expected);
  });
}
