// Imports by the package's name, so that without the `links` line of deno.json the very same
// expectations are put to the real `@std/assert`.
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotInstanceOf,
  assertNotMatch,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
  unimplemented,
  unreachable,
} from "@std/assert";

class Point {
  #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}

const equalPairs: [string, unknown, unknown][] = [
  ["0 and -0", 0, -0],
  ["NaN", NaN, NaN],
  ["0 and -0, nested", { a: [0] }, { a: [-0] }],
  ["keys in any order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["no prototype", Object.create(null), {}],
  ["symbol keys", { [Symbol.for("k")]: 1 }, { [Symbol.for("k")]: 1 }],
  ["maps with object keys", new Map([[{ a: 1 }, [2]]]), new Map([[{ a: 1 }, [2]]])],
  ["sets in any order", new Set([{ a: 1 }, { b: 2 }]), new Set([{ b: 2 }, { a: 1 }])],
  ["sets of 0 and -0", new Set([0]), new Set([-0])],
  ["dates", new Date(1), new Date(1)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["patterns", /a/gi, /a/gi],
  ["addresses", new URL("a:b"), new URL("a:b")],
  ["typed arrays", new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ["floats 0 and -0", new Float64Array([0, NaN]), new Float64Array([-0, NaN])],
  ["buffers", new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
  ["instances with equal accessors", new Point(1), new Point(1)],
];

const unequalPairs: [string, unknown, unknown][] = [
  ["a number and its string", 1, "1"],
  ["null and undefined", null, undefined],
  ["undefined and a missing key", { a: undefined }, {}],
  ["one undefined key and another", { a: undefined }, { b: undefined }],
  ["a hole and undefined", new Array(1), [undefined]],
  ["an array and an object", [], {}],
  ["two functions", () => 1, () => 1],
  ["symbol keys", { [Symbol.for("k")]: 1 }, { [Symbol.for("k")]: 2 }],
  ["a class and plain data", new Point(1), { x: 1 }],
  ["instances with unequal accessors", new Point(1), new Point(2)],
  ["maps", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 3]])],
  ["maps with undefined", new Map([["a", undefined]]), new Map([["b", undefined]])],
  ["sets", new Set([1, 2]), new Set([1, 3])],
  ["sets of objects", new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  ["a map and a set", new Map(), new Set()],
  ["dates", new Date(1), new Date(2)],
  ["flags of patterns", /a/g, /a/i],
  ["error messages", new Error("a"), new Error("b")],
  ["error classes", new TypeError("a"), new RangeError("a")],
  ["error causes", new Error("a", { cause: 1 }), new Error("a", { cause: 2 })],
  ["typed arrays", new Uint8Array([1, 2]), new Uint8Array([1, 3])],
  ["kinds of typed arrays", new Uint8Array([1]), new Int8Array([1])],
  ["buffers", new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
];

Deno.test("equal() takes for equal what std does", () => {
  for (const [what, a, b] of equalPairs) {
    assert(equal(a, b), what);
    assert(equal(b, a), `${what}, turned round`);
    assertEquals(a, b);
    assertThrows(() => assertNotEquals(a, b), AssertionError);
  }
});

Deno.test("equal() tells apart what std does", () => {
  for (const [what, a, b] of unequalPairs) {
    assertFalse(equal(a, b), what);
    assertFalse(equal(b, a), `${what}, turned round`);
    assertNotEquals(a, b);
    assertThrows(() => assertEquals(a, b), AssertionError, "not equal");
  }
});

Deno.test("equal() comes to an end on a cycle", () => {
  interface Ring {
    value: number;
    next?: Ring;
  }
  const ring = (value: number): Ring => {
    const node: Ring = { value };
    node.next = node;
    return node;
  };
  assert(equal(ring(1), ring(1)));
  assertFalse(equal(ring(1), ring(2)));
});

Deno.test("equal() refuses collections it cannot look into", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "WeakMap");
  assertThrows(() => equal(new WeakSet(), new WeakSet()), TypeError, "WeakSet");
});

Deno.test("assertStrictEquals() compares like Object.is", () => {
  const object = {};
  assertStrictEquals(object, object);
  assertStrictEquals(NaN, NaN);
  assertThrows(() => assertStrictEquals({}, {}), AssertionError);
  assertThrows(() => assertStrictEquals(0, -0), AssertionError);
  assertNotStrictEquals({}, {});
  assertThrows(() => assertNotStrictEquals(object, object), AssertionError);
});

Deno.test("assertThrows() returns the error and checks class and message", () => {
  const error = new RangeError("out of range");
  const throws = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(throws), error);
  assertStrictEquals(assertThrows(throws, RangeError, "of range"), error);
  assertStrictEquals(assertThrows(throws, Error), error);
  assertThrows(() => assertThrows(throws, TypeError), AssertionError, "RangeError");
  assertThrows(() => assertThrows(throws, RangeError, "else"), AssertionError, "else");
  assertThrows(() => assertThrows(() => {}), AssertionError, "to throw");
  assertThrows(() => assertThrows(() => {}, "why"), AssertionError, "why");
});

Deno.test("assertThrows() wants an Error only when a class is given", () => {
  const throws = () => {
    // deno-lint-ignore no-throw-literal
    throw "text";
  };
  assertEquals(assertThrows(throws), "text");
  assertThrows(() => assertThrows(throws, Error), AssertionError, "non-Error");
});

Deno.test("assertRejects() resolves to the error and checks class and message", async () => {
  const error = new RangeError("out of range");
  const rejects = () => Promise.reject(error);
  assertStrictEquals(await assertRejects(rejects), error);
  assertStrictEquals(await assertRejects(rejects, RangeError, "of range"), error);
  await assertRejects(() => assertRejects(rejects, TypeError), AssertionError, "RangeError");
  await assertRejects(() => assertRejects(rejects, RangeError, "else"), AssertionError, "else");
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
    "to reject",
  );
});

Deno.test("assertRejects() does not take a throw for a rejection", async () => {
  const throws = (): Promise<never> => {
    throw new RangeError("too early");
  };
  await assertRejects(
    () => assertRejects(throws, RangeError),
    AssertionError,
    "throws when expected to reject",
  );
});

Deno.test("assertIsError() checks class, text and pattern", () => {
  const error: unknown = new TypeError("wrong shape");
  assertIsError(error);
  assertIsError(error, TypeError, /^wrong/);
  assertThrows(() => assertIsError(error, TypeError, /^shape/), AssertionError);
  assertThrows(() => assertIsError("text"), AssertionError);
});

Deno.test("assertObjectMatch() looks only at the wanted fields, at every depth", () => {
  const actual = {
    name: "a",
    point: new Point(1),
    list: [{ x: 1, y: 2 }, 3],
    map: new Map([["k", { x: 1, y: 2 }]]),
    set: new Set([1, 2]),
    at: new Date(1),
    pattern: /a/,
  };
  assertObjectMatch(actual, {});
  assertObjectMatch(actual, { name: "a", list: [{ x: 1 }] });
  assertObjectMatch(actual, { map: new Map([["k", { y: 2 }]]), set: new Set([2]) });
  assertObjectMatch(actual, { at: new Date(1), pattern: /a/ });
  for (
    const wrong of [
      { name: "b" },
      { other: 1 },
      { list: [{ x: 2 }] },
      { list: [{ x: 1, y: 2 }, 3, 4] },
      { map: new Map([["k", { y: 3 }]]) },
      { set: new Set([3]) },
      { at: new Date(2) },
      { pattern: /b/ },
    ]
  ) assertThrows(() => assertObjectMatch(actual, wrong), AssertionError);
});

Deno.test("the one-line assertions pass and fail", () => {
  const both = (passes: () => unknown, fails: () => unknown) => {
    passes();
    assertThrows(fails, AssertionError);
  };
  both(() => assert(1), () => assert(0));
  both(() => assertFalse(0), () => assertFalse(1));
  both(() => assertExists(0), () => assertExists(null));
  both(() => assertGreater(2, 1), () => assertGreater(1, 1));
  both(() => assertGreaterOrEqual(1, 1), () => assertGreaterOrEqual(0, 1));
  both(() => assertLess(1, 2), () => assertLess(1, 1));
  both(() => assertLessOrEqual(1, 1), () => assertLessOrEqual(2, 1));
  both(() => assertAlmostEquals(0.1 + 0.2, 0.3), () => assertAlmostEquals(0.1, 0.2));
  both(() => assertAlmostEquals(1, 1.4, 0.5), () => assertAlmostEquals(1, 1.6, 0.5));
  both(() => assertMatch("abc", /b/), () => assertMatch("abc", /x/));
  both(() => assertNotMatch("abc", /x/), () => assertNotMatch("abc", /b/));
  both(() => assertStringIncludes("abc", "b"), () => assertStringIncludes("abc", "x"));
  both(() => assertArrayIncludes([{ a: 1 }, 2], [2]), () => assertArrayIncludes([1], [2]));
  both(() => assertInstanceOf(new Date(), Date), () => assertInstanceOf(null, Date));
  both(() => assertNotInstanceOf({}, Date), () => assertNotInstanceOf(new Date(), Date));
  both(() => {}, () => fail("why"));
  both(() => {}, () => unreachable());
  both(() => {}, () => unimplemented());
});

Deno.test("an assertion says what the caller says", () => {
  const error = assertThrows(() => assertEquals(1, 2, "the sum"), AssertionError, "the sum");
  assertEquals(error.name, "AssertionError");
});
