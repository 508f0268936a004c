import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  findUncloneable,
  isUncloneable,
} from "../../../../src/executors/parallel/wire/uncloneable.ts";

const pathOf = (value: unknown): string => findUncloneable(value, "result", new Error("no")).path;

Deno.test("the path leads to the value that structured clone refuses", () => {
  const f = () => {};
  class Row {
    id = 1;
    save = f;
  }
  assertEquals(pathOf(f), "result");
  assertEquals(pathOf({ items: [1, 2, 3, { callback: f }] }), "result.items[3].callback");
  assertEquals(pathOf({ "two words": f }), 'result["two words"]');
  assertEquals(pathOf(new Map([["k", { f }]])), 'result.get("k").f');
  assertEquals(pathOf(new Map([[f, 1]])), "result.keys()[0]");
  assertEquals(pathOf(new Set([1, f])), "result.values()[1]");
  assertEquals(pathOf([new Row()]), "result[0].save");
  assertEquals(pathOf({ late: Promise.resolve() }), "result.late");
  assertEquals(pathOf({ weak: new WeakMap() }), "result.weak");
  assertEquals(pathOf(new Error("x", { cause: { f } })), "result.cause.f");
  assertEquals(pathOf(Symbol.iterator), "result");
});

Deno.test("the shortest path wins, and cycles end", () => {
  const value: Record<string, unknown> = { deep: { deeper: { f: () => {} } } };
  value.self = value;
  value.near = () => {};
  assertEquals(pathOf(value), "result.near");
});

Deno.test("a nest too deep for recursion is searched to its end", () => {
  let value: unknown = () => {};
  for (let i = 0; i < 50_000; i++) value = { next: value };
  assertStringIncludes(pathOf(value), "result.next.next");
});

Deno.test("what can be cloned, or is moved, is not blamed", () => {
  const { port1, port2 } = new MessageChannel();
  const fine = [1, "a", null, new Date(), /x/, new Uint8Array(2), new Map(), { a: [new Set([1])] }];
  assertEquals(isUncloneable(fine), false);
  assertEquals(isUncloneable({ port1 }), true);
  assertEquals(isUncloneable({ port1 }, [port1]), false);
  port1.close();
  port2.close();
});

Deno.test("a getter that throws is named, and the runtime's own words are kept", () => {
  const refusal = new Error("odd");
  const error = findUncloneable(
    {
      get bad(): never {
        throw new Error("sprung");
      },
    },
    "result",
    refusal,
  );
  assertStringIncludes(error.message, "sprung");
  assertEquals(error.cause, refusal);
});

Deno.test("a proxy, which looks like what can be cloned, is found too", () => {
  const refused = new Proxy({ a: 1 }, {});
  assertEquals(pathOf({ items: [1, { refused }] }), "result.items[1].refused");
});
