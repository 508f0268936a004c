/** Every law has a test that carries its identifier. */
import { assertEquals } from "@std/assert";
import { beyondSchedules, lawsOf, lawTests } from "../tools/laws.ts";

/** Laws of what is not built yet. */
const later = ["Q1", "Q2"];

Deno.test("every law has a test that carries its identifier, and every identifier is that of a law", async () => {
  const laws = await lawsOf();
  const carried = new Set((await lawTests()).flatMap((test) => test.laws));
  assertEquals(laws.filter((law) => !carried.has(law) && !later.includes(law)), []);
  assertEquals([...carried].filter((law) => !laws.includes(law)), []);
});

Deno.test("every law is checked under random, PCT and exhaustive schedules, unless it is about what no schedule decides", async () => {
  const tests = (await lawTests()).filter(({ how }) => how === "property");
  const stated = new Set(tests.flatMap((test) => test.laws));
  const beyond = Object.keys(beyondSchedules);
  assertEquals((await lawsOf()).filter((law) => !stated.has(law) && !beyond.includes(law)), []);
});

Deno.test("docs/laws.md has rows for each property, and no others", async () => {
  const text = await Deno.readTextFile(new URL("../docs/laws.md", import.meta.url));
  const rows = [...text.matchAll(/^\| [A-Z]\d[^|]*\| (.*?) +\|/gm)].map(([, words]) => words);
  const stated = (await lawTests()).filter(({ how }) => how === "property").map(({ name }) => {
    const parts = name.replace(/ *\[[A-Z]\d+\]/g, "").split(/\$\{.*?\}/);
    return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join(".+")}( \\(\\d+ gen.*)?$`);
  });
  const hint = "run 'deno task laws'";
  assertEquals(rows.filter((row) => !stated.some((name) => name.test(row))), [], hint);
  assertEquals(stated.filter((name) => !rows.some((row) => name.test(row))), [], hint);
});
