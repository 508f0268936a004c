/**
 * Whether two values are equal the way std sees it. `isDeepStrictEqual` of Node will not do: it
 * tells 0 from -0 and a plain object from one without a prototype.
 *
 * @throws {TypeError} For a `WeakMap` or a `WeakSet`, whose contents cannot be seen.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

type Seen = Map<object, unknown>;
type Fields = Record<PropertyKey, unknown>;

const TypedArray: abstract new () => Uint8Array = Object.getPrototypeOf(Uint8Array);

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (effectivePrototype(a) !== effectivePrototype(b)) return false;
  if (a instanceof TypedArray) return equalElements(a, b as Uint8Array);
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return equalElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(`Cannot compare ${a.constructor.name} instances`);
  }
  if (a instanceof WeakRef) return compare(a.deref(), (b as WeakRef<WeakKey>).deref(), seen);
  if (a instanceof RegExp || a instanceof URL || a instanceof URLSearchParams) {
    return String(a) === String(b);
  }

  // A pair met again further down is equal as far as it goes; whatever differs is found elsewhere.
  if (seen.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  seen.set(a, b);

  if (a instanceof Set && b instanceof Set) {
    return equalCollections([...a].map((v) => [v, v]), [...b].map((v) => [v, v]), seen);
  }
  if (a instanceof Map && b instanceof Map) return equalCollections([...a], [...b], seen);
  return equalFields(a as Fields, b as Fields, seen);
}

// Functions compare by reference only, so they count as primitives here.
function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function effectivePrototype(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function equalElements(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length &&
    a.every((element, i) => element === b[i] || Object.is(element, b[i]));
}

type Entry = readonly [key: unknown, value: unknown];

function equalCollections(a: Entry[], b: Entry[], seen: Seen): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every(([key, value]) => {
    const match = left.findIndex(([otherKey, otherValue]) =>
      compare(key, otherKey, seen) && compare(value, otherValue, seen)
    );
    if (match < 0) return false;
    left.splice(match, 1);
    return true;
  });
}

function equalFields(a: Fields, b: Fields, seen: Seen): boolean {
  return [...visibleKeys(a).union(visibleKeys(b))].every((key) =>
    (key in a) === (key in b) && compare(a[key], b[key], seen)
  );
}

// Of a class instance the accessors count too, of plain data only what can be enumerated.
function visibleKeys(value: object): Set<PropertyKey> {
  const prototype = effectivePrototype(value);
  if (prototype === Object.prototype || prototype === Array.prototype) {
    return new Set(Reflect.ownKeys({ ...value }));
  }
  const keys = new Set<PropertyKey>();
  for (
    let level: object | null = value;
    level !== null && level !== Object.prototype && level !== Array.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const key of Reflect.ownKeys(level)) keys.add(key);
  }
  return keys;
}
