/**
 * What cannot cross a thread, and where in the value it is.
 *
 * @module
 */
import { describe } from "./error_codec.ts";
import { registerError } from "./error_classes.ts";

/** Something could not be cloned, and so could not be sent to another thread. Only the call it belongs to fails. */
export class UncloneableError extends TypeError {
  /** Tells it from other errors. */
  override readonly name = "UncloneableError";
  /** Where the offending value is, for example `result.items[3].callback`. */
  readonly path: string;

  /**
   * Makes the error.
   *
   * @param path where the offending value is
   * @param what what it is
   * @param options the runtime's own error as the `cause`
   */
  constructor(path: string, what: string, options?: ErrorOptions) {
    super(
      `Cannot send to another thread: ${path} is ${what}. Leave it out, or send plain data from ` +
        "which the other side can make it",
      options,
    );
    this.path = path;
  }
}
registerError(UncloneableError, "heddle:UncloneableError");

interface Place {
  readonly value: unknown;
  readonly path: string;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** Values looked at before the search gives up and blames the whole. */
const MAX_PLACES = 100_000;

/**
 * Finds the value nearest to the root that structured clone refuses.
 *
 * @param root the value that could not be sent
 * @param label what to call it, for example `result`
 * @param refusal the error that sending it gave
 * @param transfer what was to be moved, which is then not at fault
 * @returns the error for the call
 */
export function findUncloneable(
  root: unknown,
  label: string,
  refusal: unknown,
  transfer: readonly Transferable[] = [],
): UncloneableError {
  const moved = new Set<unknown>(transfer);
  const found = search(root, label, moved) ?? searchRefused(root, label, moved);
  const path = found?.path ?? label;
  const what = found === undefined ? `refused (${describeRefusal(refusal)})` : found.what;
  return new UncloneableError(path, what, { cause: refusal });
}

/**
 * Whether structured clone refuses a value.
 *
 * @param value the value
 * @param transfer what is to be moved
 * @returns true when it does
 */
export function isUncloneable(value: unknown, transfer: readonly Transferable[] = []): boolean {
  return search(value, "", new Set<unknown>(transfer)) !== undefined;
}

function search(
  root: unknown,
  label: string,
  moved: ReadonlySet<unknown>,
): { path: string; what: string } | undefined {
  // Breadth first: the shortest path is the one a reader understands, and a long list cannot overflow the stack.
  const places: Place[] = [{ value: root, path: label }];
  const seen = new Set<object>();
  for (let i = 0; i < places.length && i < MAX_PLACES; i++) {
    const { value, path } = places[i] as Place;
    if (typeof value === "function") return { path, what: functionKind(value) };
    if (typeof value === "symbol") return { path, what: `a symbol, ${String(value)}` };
    if (typeof value !== "object" || value === null) continue;
    if (seen.has(value) || moved.has(value)) continue;
    seen.add(value);
    try {
      if (!addParts(places, value, path) && refuses(value)) {
        return { path, what: `a ${describe(value).slice(8, -1)}, which cannot be cloned` };
      }
    } catch (error) {
      return { path, what: `refused (${describeRefusal(error)})` };
    }
  }
  return undefined;
}

/**
 * What looks as if it could be cloned and is refused all the same, such as a proxy: the deepest value that is refused while
 * nothing that it holds is.
 */
function searchRefused(
  root: unknown,
  label: string,
  moved: ReadonlySet<unknown>,
): { path: string; what: string } | undefined {
  let found: { path: string; what: string } | undefined;
  // What is moved could not be left out of a try.
  if (moved.size > 0) return undefined;
  const seen = new Set<unknown>();
  for (let place: Place | undefined = { value: root, path: label }; place !== undefined;) {
    const { value, path } = place;
    seen.add(value);
    const parts: Place[] = [];
    if (typeof value === "object" && value !== null) addParts(parts, value, path);
    place = undefined;
    for (const part of parts) {
      if (seen.has(part.value)) continue;
      const refusal = refusalToClone(part.value);
      if (refusal === undefined) continue;
      found = { path: part.path, what: `refused (${describeRefusal(refusal)})` };
      place = part;
      break;
    }
  }
  return found;
}

/** Why a value cannot be cloned, if it cannot. */
function refusalToClone(value: unknown): unknown {
  try {
    structuredClone(value);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Puts what an object holds on the list; true when the object itself is of a kind that can always be cloned. */
function addParts(places: Place[], value: object, path: string): boolean {
  if (Array.isArray(value)) {
    value.forEach((item, index) => places.push({ value: item, path: `${path}[${index}]` }));
    return true;
  }
  if (value instanceof Map) {
    let index = 0;
    for (const [key, item] of value) {
      const name = typeof key === "string" ? JSON.stringify(key) : String(describe(key));
      places.push({ value: key, path: `${path}.keys()[${index++}]` });
      places.push({ value: item, path: `${path}.get(${name})` });
    }
    return true;
  }
  if (value instanceof Set) {
    let index = 0;
    for (const item of value) places.push({ value: item, path: `${path}.values()[${index++}]` });
    return true;
  }
  if (ArrayBuffer.isView(value)) return false;
  for (const key of Object.keys(value)) {
    const part = IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
    places.push({ value: (value as Record<string, unknown>)[key], path: part });
  }
  if (value instanceof Error) {
    places.push({ value: value.cause, path: `${path}.cause` });
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function refuses(value: object): boolean {
  // An instance with fields is refused for its fields too, and those are on the list already: ask about it without them.
  if (Object.keys(value).length > 0 && describe(value) === "[object Object]") return false;
  try {
    structuredClone(value);
    return false;
  } catch {
    return true;
  }
}

function functionKind(value: object): string {
  return /^class\b/.test(Function.prototype.toString.call(value)) ? "a class" : "a function";
}

function describeRefusal(refusal: unknown): string {
  return refusal instanceof Error || refusal instanceof DOMException
    ? refusal.message
    : describe(refusal);
}
