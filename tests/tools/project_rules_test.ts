import { assertEquals } from "@std/assert";
import plugin from "../../tools/lint/project_rules.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The identifiers of the rules that object to `source` in the file `path`. */
function objections(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, ROOT + path, source).map(({ id }) =>
    id.replace("heddle/", "")
  );
}

Deno.test("max-lines objects to the line after the last one allowed", () => {
  const lines = (n: number) => "export {};\n".repeat(n);
  assertEquals(objections("src/kernel/task.ts", lines(400)), []);
  assertEquals(objections("src/kernel/task.ts", lines(401)), ["max-lines"]);
  assertEquals(objections("tests/kernel/task_test.ts", lines(401)), ["max-lines"]);
  assertEquals(objections("bench/spawn.ts", lines(401)), []);
});

Deno.test("snake-case-file objects to any other case", () => {
  for (const good of ["task.ts", "run_queue.ts", "_node_2.ts", "a.d.ts", "b.mts"]) {
    assertEquals(objections(`src/kernel/${good}`, ""), [], good);
  }
  for (const bad of ["runQueue.ts", "Task.ts", "run-queue.ts", "run__queue.ts", "a_.ts"]) {
    assertEquals(objections(`src/kernel/${bad}`, ""), ["snake-case-file"], bad);
  }
});

Deno.test("private-import objects to another folder's private file", () => {
  const from = (source: string) => objections("src/sync/channel.ts", source);
  assertEquals(from(`import { a } from "./_a.ts";`), []);
  assertEquals(from(`import { a } from "../kernel/task.ts";`), []);
  assertEquals(from(`import { a } from "npm:_a";`), []);
  assertEquals(from(`import { a } from "../kernel/_a.ts";`), ["private-import"]);
  assertEquals(from(`import type { A } from "./deep/_a.ts";`), ["private-import"]);
  assertEquals(from(`export * from "../kernel/_a.ts";`), ["private-import"]);
  assertEquals(from(`export { a } from "../kernel/_a.ts";`), ["private-import"]);
  assertEquals(from(`await import("../kernel/_a.ts");`), ["private-import"]);
});

Deno.test("private-import lets a test reach the file it tests", () => {
  const source = `import { a } from "../../src/kernel/_a.ts";`;
  assertEquals(objections("tests/kernel/a_test.ts", source), []);
  assertEquals(objections("bench/a.ts", source), ["private-import"]);
});

Deno.test("unfinished-mark objects in comments only", () => {
  const marks = ["TODO", "FIXME", "XXX", "HACK"];
  for (const mark of marks) {
    assertEquals(objections("a.ts", `// ${mark}: later`), ["unfinished-mark"]);
    assertEquals(objections("a.ts", `/** ${mark} */`), ["unfinished-mark"]);
    assertEquals(objections("a.ts", `export const a: string = "${mark}"; // ${mark}S`), []);
  }
});

Deno.test("focused-test objects to a test that hides tests", () => {
  const found = ["focused-test"];
  assertEquals(objections("a_test.ts", `Deno.test("a", () => {});`), []);
  assertEquals(objections("a_test.ts", `Deno.test.only("a", () => {});`), found);
  assertEquals(objections("a_test.ts", `Deno.test.ignore("a", () => {});`), found);
  assertEquals(objections("a_test.ts", `Deno.test({ name: "a", only: true, fn() {} });`), found);
  assertEquals(objections("a_test.ts", `Deno.test("a", { ignore: true }, () => {});`), found);
  assertEquals(
    objections("a_test.ts", `Deno.test("a", { ignore: Deno.build.os === "windows" }, () => {});`),
    [],
  );
});
