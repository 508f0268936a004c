import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineSplitter } from "../../src/cli/lines.ts";

function split(bytes: Uint8Array, sizes: number[]): string[] {
  const splitter = new LineSplitter();
  const lines: string[] = [];
  let from = 0;
  for (const size of [...sizes, bytes.length]) {
    lines.push(...splitter.push(bytes.subarray(from, from += size)));
  }
  return [...lines, ...splitter.end()];
}

Deno.test("LineSplitter gives the same lines however the bytes are cut", () => {
  const text = fc.array(fc.constantFrom("\n", "\r\n", "\r", "a", "ü", "𝄞", " "), { maxLength: 40 });
  fc.assert(fc.property(text, fc.array(fc.nat(5)), (parts, sizes) => {
    const whole = parts.join("");
    const expected = whole.split("\n").map((line, i, all) =>
      i < all.length - 1 && line.endsWith("\r") ? line.slice(0, -1) : line
    );
    if (expected.at(-1) === "") expected.pop();
    assertEquals(split(new TextEncoder().encode(whole), sizes), expected);
  }));
});

Deno.test("LineSplitter drops a byte order mark and keeps what is not UTF-8 as replacements", () => {
  assertEquals(split(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xff]), []), ["a", "\ufffd"]);
});
