/**
 * The functions of `@std/assert` that the tests use, on top of `node:assert/strict`, so that they
 * run where JSR cannot be reached. Same names, signatures and results; only messages may differ.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { assert, assertExists, assertFalse, fail, unimplemented, unreachable } from "./assert.ts";
export { equal } from "./equal.ts";
export {
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "./equals.ts";
export {
  assertArrayIncludes,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "./includes.ts";
export { assertInstanceOf, assertNotInstanceOf } from "./instance_of.ts";
export { assertObjectMatch } from "./object_match.ts";
export { assertGreater, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "./order.ts";
export { assertIsError, assertRejects, assertThrows } from "./throws.ts";
