/** Every law has a test that carries its identifier. */
import { assertEquals } from "@std/assert";
import { beyondSchedules, lawsOf, lawTests, testList } from "../tools/laws.ts";

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

Deno.test("docs/laws.md has no row of a property that is not there, and lists all tests", async () => {
  const text = await Deno.readTextFile(new URL("../docs/laws.md", import.meta.url));
  const rows = text.match(/^\| (?!laws|---)[A-Z]\d.*$/gm) ?? [];
  const tests = await lawTests();
  const stated = tests.filter(({ how }) => how === "property");
  assertEquals(rows.length >= stated.length, true, "run 'deno task laws'");
  assertEquals(text.endsWith(await testList()), true, "run 'deno task laws'");
});
