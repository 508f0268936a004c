/**
 * Whatever was thrown, in a form that structured clone accepts, and back. Structured clone by itself keeps the message of the
 * seven oldest error classes and loses the rest: the class, the fields, on some runtimes the cause; and a field that cannot
 * be cloned makes it refuse the error altogether, which would turn a failed call into a lost one.
 *
 * Objects become nodes of a table and refer to each other by index, so shared and circular references survive.
 *
 * @module
 */
import { classify, classNamesOf } from "./error_classes.ts";

/** Something primitive, or that structured clone keeps as it is. */
export interface RawValue {
  /** The value. */
  readonly raw: unknown;
}
/** A node of the table. */
export interface NodeValue {
  /** Its index. */
  readonly node: number;
}
/** A symbol of the global registry. */
export interface SymbolValue {
  /** Its key. */
  readonly symbol: string;
}
/** A value inside an encoded error. */
export type EncodedValue = RawValue | NodeValue | SymbolValue;

/** A field of a node. */
export interface EncodedField {
  /** Its name. */
  readonly key: string;
  /** Whether it is enumerable. */
  readonly enumerable: boolean;
  /** What it holds. */
  readonly value: EncodedValue;
}

/** An error, object or array of the table. */
export interface EncodedNode {
  /** What it is. */
  readonly kind: "error" | "dom" | "object" | "array";
  /** The error's name. */
  readonly name: string;
  /** The error's message. */
  readonly message: string;
  /** The error's stack. */
  readonly stack: string | undefined;
  /** The error's classes, the nearest first. */
  readonly classes: readonly string[];
  /** What it holds. */
  readonly fields: EncodedField[];
}

/** A thrown value that can cross a thread. */
export interface EncodedError {
  /** The errors, objects and arrays reached from it. */
  readonly nodes: readonly EncodedNode[];
  /** The thrown value. */
  readonly root: EncodedValue;
}

/** Objects nested deeper than this are described: a chain of causes may be long, but the stack of the machine is not. */
const MAX_DEPTH = 100;

/** Fields that error classes of the language keep not enumerable. */
const HIDDEN = new Set(["cause", "errors", "error", "suppressed", "name"]);

const tagOf = (value: object): string => Object.prototype.toString.call(value);
const isDomException = (value: object): boolean => tagOf(value) === "[object DOMException]";
const isError = (value: object): boolean =>
  value instanceof Error || tagOf(value) === "[object Error]";

/**
 * Says in a few words what a value is that cannot be sent.
 *
 * @param value any value
 * @returns for example `[function callback]`
 */
export function describe(value: unknown): string {
  if (typeof value === "symbol") return String(value);
  if (typeof value === "function") return value.name ? `[function ${value.name}]` : "[function]";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return tagOf(value);
  } catch {
    return "[object]";
  }
}

class Encoder {
  readonly nodes: EncodedNode[] = [];
  readonly #seen = new Map<object, NodeValue>();

  encode(value: unknown, depth: number): EncodedValue {
    if (typeof value === "symbol") {
      const symbol = Symbol.keyFor(value);
      return symbol === undefined ? { raw: describe(value) } : { symbol };
    }
    if (typeof value === "function") return { raw: describe(value) };
    if (typeof value !== "object" || value === null) return { raw: value };
    const seen = this.#seen.get(value);
    if (seen !== undefined) return seen;
    if (depth > MAX_DEPTH) return { raw: `${describe(value)} (nested too deeply)` };
    try {
      return this.#object(value, depth);
    } catch {
      // A proxy, or a getter of the machinery that throws: the error it belongs to is worth more than this field.
      return { raw: describe(value) };
    }
  }

  #object(value: object, depth: number): EncodedValue {
    if (isDomException(value)) return this.#node("dom", value, depth);
    if (isError(value)) return this.#node("error", value, depth);
    if (Array.isArray(value)) return this.#node("array", value, depth);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return this.#node("object", value, depth);
    }
    try {
      return { raw: structuredClone(value) };
    } catch {
      return Object.keys(value).length > 0
        ? this.#node("object", value, depth)
        : { raw: describe(value) };
    }
  }

  #node(kind: EncodedNode["kind"], value: object, depth: number): NodeValue {
    const failure = kind === "error" || kind === "dom";
    const fields: EncodedField[] = [];
    const node: EncodedNode = {
      kind,
      name: failure ? textOf(value, "name") ?? "Error" : "",
      message: failure ? textOf(value, "message") ?? "" : "",
      stack: failure ? textOf(value, "stack") : undefined,
      classes: kind === "error" ? classNamesOf(value) : [],
      fields,
    };
    const reference = { node: this.nodes.push(node) - 1 };
    this.#seen.set(value, reference);
    for (const key of Object.getOwnPropertyNames(value)) {
      const enumerable = Object.prototype.propertyIsEnumerable.call(value, key);
      if (failure && (key === "stack" || key === "message")) continue;
      if (!enumerable && !(kind === "error" && HIDDEN.has(key))) continue;
      fields.push({ key, enumerable, value: this.#field(value, key, depth) });
    }
    return reference;
  }

  #field(value: object, key: string, depth: number): EncodedValue {
    let field: unknown;
    try {
      field = (value as Record<string, unknown>)[key];
    } catch (error) {
      return { raw: `[getter threw ${textOf(error, "message") ?? describe(error)}]` };
    }
    return this.encode(field, depth + 1);
  }
}

function textOf(value: unknown, key: string): string | undefined {
  try {
    const text = (value as Record<string, unknown>)[key];
    return text === undefined ? undefined : String(text);
  } catch {
    return undefined;
  }
}

/**
 * Encodes whatever was thrown. Never throws; what cannot be kept is described.
 *
 * @param thrown the thrown value
 * @returns a form that can be cloned
 */
export function encodeError(thrown: unknown): EncodedError {
  const encoder = new Encoder();
  const root = encoder.encode(thrown, 0);
  return { nodes: encoder.nodes, root };
}

/**
 * Makes the thrown value again.
 *
 * @param encoded what {@linkcode encodeError} made
 * @param submitted the stack of whoever asked for the work; it is put after the error's own
 * @returns the value to throw
 */
export function decodeError(encoded: EncodedError, submitted?: string): unknown {
  const values = encoded.nodes.map(blank);
  const decode = (value: EncodedValue): unknown => {
    if ("node" in value) return values[value.node];
    return "symbol" in value ? Symbol.for(value.symbol) : value.raw;
  };
  encoded.nodes.forEach((node, index) => {
    const target = values[index] as object;
    for (const { key, enumerable, value } of node.fields) {
      define(target, key, decode(value), enumerable);
    }
    if (node.kind !== "error") return;
    if ((target as Error).name !== node.name) define(target, "name", node.name, false);
  });
  const thrown = decode(encoded.root);
  if (submitted !== undefined && "node" in encoded.root) {
    const node = encoded.nodes[encoded.root.node];
    if (node?.stack !== undefined) {
      define(thrown as object, "stack", joinStacks(node.stack, submitted), false);
    }
  }
  return thrown;
}

function blank(node: EncodedNode): object {
  if (node.kind === "array") return [];
  if (node.kind === "object") return {};
  const error = node.kind === "dom"
    ? new DOMException(node.message, node.name)
    : new Error(node.message);
  if (node.kind === "error") classify(error, node.classes);
  if (node.stack !== undefined) define(error, "stack", node.stack, false);
  return error;
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  try {
    Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
  } catch {
    // Some runtimes have fields on their own classes that cannot be set; the rest of the error still counts.
  }
}

function joinStacks(stack: string, submitted: string): string {
  const lines = submitted.split("\n");
  const frames = /^\w*Error\b/.test(lines[0] ?? "") ? lines.slice(1) : lines;
  return `${stack}\n    at (submitted from here)\n${frames.join("\n")}`;
}
