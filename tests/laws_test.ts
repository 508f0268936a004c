/** Every law has a test that carries its identifier. */
import { assertEquals } from "@std/assert";
import { lawsOf, lawTests } from "../tools/laws.ts";

/** Laws of what is not built yet. */
const later = ["Q1", "Q2"];

Deno.test("every law has a test that carries its identifier, and every identifier is that of a law", async () => {
  const laws = await lawsOf();
  const carried = new Set((await lawTests()).flatMap((test) => test.laws));
  assertEquals(laws.filter((law) => !carried.has(law) && !later.includes(law)), []);
  assertEquals([...carried].filter((law) => !laws.includes(law)), []);
});
