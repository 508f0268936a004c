/**
 * Plain objects that tasks have in common, so that a simulation sees who touches them.
 *
 * @module
 */

import { witness } from "../kernel/witness.ts";
import { describe } from "../kernel/work.ts";

/** Objects whose methods want themselves for `this`, not a proxy. */
const inside = [Map, Set, WeakMap, WeakSet, Date, ArrayBuffer, DataView, Promise];

/**
 * Makes an object visible to the search that {@linkcode explore} does with `reduction`: two steps that touch it do not
 * change places unnoticed, unless both only read. Whatever tasks share by closures and is not an object of this library
 * has to be made so; what belongs to one task alone need not.
 *
 * It is a proxy, of this object and not of those inside it. Outside of a simulation it changes nothing.
 *
 * @example
 * ```ts
 * import { all, yieldNow } from "@heddle/runtime";
 * import { explore, shared } from "@heddle/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { ok, failure } = await explore(function* () {
 *   const counter = shared({ n: 0 });
 *   function* increment() {
 *     const { n } = counter;
 *     yield* yieldNow();
 *     counter.n = n + 1;
 *   }
 *   yield* all([increment, increment]);
 *   if (counter.n !== 2) throw new Error("an increment is lost");
 * }, { strategy: "exhaustive", reduction: true });
 * assertEquals([ok, (failure?.error as Error).message], [false, "an increment is lost"]);
 * ```
 *
 * @param object what tasks share
 * @returns the same, watched
 * @throws {TypeError} when it is not an object
 */
export function shared<T extends object>(object: T): T {
  if ((typeof object !== "object" && typeof object !== "function") || object === null) {
    throw new TypeError(
      `Cannot share: only an object can be watched: current value is ${describe(object)}`,
    );
  }
  witness.now?.names(object);
  const touch = (reads: boolean): void => witness.now?.touches(object, reads);
  const bound = inside.some((kind) => object instanceof kind) || ArrayBuffer.isView(object);
  return new Proxy(object, {
    get(target, key, receiver) {
      touch(!bound);
      const value = Reflect.get(target, key, bound ? target : receiver);
      return bound && typeof value === "function" ? watched(value, target, touch) : value;
    },
    has: (target, key) => (touch(true), Reflect.has(target, key)),
    ownKeys: (target) => (touch(true), Reflect.ownKeys(target)),
    getOwnPropertyDescriptor(target, key) {
      touch(true);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    set(target, key, value, receiver) {
      touch(false);
      return Reflect.set(target, key, value, bound ? target : receiver);
    },
    defineProperty: (target, key, how) => (touch(false), Reflect.defineProperty(target, key, how)),
    deleteProperty: (target, key) => (touch(false), Reflect.deleteProperty(target, key)),
    apply: (target, self, args) => (touch(false), Reflect.apply(target as never, self, args)),
  });
}

/** A method that is called on the object itself, and touches it when it is called. */
function watched(method: unknown, target: object, touch: (reads: boolean) => void): unknown {
  return (...args: unknown[]) => {
    touch(false);
    return Reflect.apply(method as () => unknown, target, args);
  };
}
