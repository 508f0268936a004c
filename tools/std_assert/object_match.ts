import { assertEquals } from "./equals.ts";

/** Asserts that `actual` has at least the fields of `expected`, at every depth. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  // Both sides go through the same filter, which also takes their classes away.
  assertEquals(
    pick(actual, expected, new Map()),
    pick(expected, expected, new Map()),
    msg,
  );
}

type Picked = Map<object, Map<object, unknown>>;

/** The part of `value` that `wanted` has an opinion on. */
function pick(value: unknown, wanted: unknown, picked: Picked): unknown {
  if (!isContainer(value) || !isContainer(wanted)) return value;

  const known = picked.get(value)?.get(wanted);
  if (known !== undefined) return known;
  const remember = <T>(copy: T): T => {
    picked.set(value, (picked.get(value) ?? new Map()).set(wanted, copy));
    return copy;
  };

  if (Array.isArray(value) && Array.isArray(wanted)) {
    const copy = remember<unknown[]>([]);
    for (let i = 0; i < Math.min(value.length, wanted.length); i++) {
      copy.push(pick(value[i], wanted[i], picked));
    }
    return copy;
  }
  if (value instanceof Map && wanted instanceof Map) {
    const copy = remember(new Map());
    for (const [key, item] of value) {
      if (wanted.has(key)) copy.set(key, pick(item, wanted.get(key), picked));
    }
    return copy;
  }
  if (value instanceof Set && wanted instanceof Set) return remember(value.intersection(wanted));

  const copy = remember<Record<PropertyKey, unknown>>({});
  for (const key of Reflect.ownKeys(value)) {
    if (!Object.hasOwn(wanted, key)) continue;
    const item = pick(Reflect.get(value, key), Reflect.get(wanted, key), picked);
    Object.defineProperty(copy, key, {
      value: item,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return copy;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null &&
    !(value instanceof Date) && !(value instanceof RegExp);
}
