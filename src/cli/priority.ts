/**
 * Which input is more urgent than another.
 *
 * @module
 */

import type { Target } from "./target.ts";
import { UsageError } from "./usage_error.ts";

/** The priority of an input: a higher one begins first. */
export type PriorityOf = (input: unknown) => number;

/** An input has no priority. */
export class PriorityError extends Error {
  override readonly name = "PriorityError";
}

/**
 * What `--priority` means.
 *
 * @param text `.field` of JSON inputs, with dots for fields of fields; or the name of a function that the module exports
 * @param target whose module it is
 * @param isJson whether inputs are JSON
 * @throws {UsageError} when there is no such function, or inputs have no fields
 */
export function priorityOf(text: string, target: Target, isJson: boolean): PriorityOf {
  if (text.startsWith(".")) {
    if (!isJson) {
      throw new UsageError(
        `--priority ${text} is a field, and only JSON inputs have fields: add --json, or name a function that the ` +
          `module exports, as in --priority urgency`,
      );
    }
    const path = text.slice(1).split(".");
    if (path.includes("")) {
      throw new UsageError(
        `--priority ${text} names no field: write it as in --priority .urgency or .order.total`,
      );
    }
    return (input) => checked(fieldOf(input, path), `its field '${text}'`);
  }
  if (/^[-+]?\d/.test(text)) {
    throw new UsageError(
      `--priority ${text} would be the same for all inputs, and change nothing: name a field of JSON inputs, as in ` +
        `--json --priority .urgency, or a function that the module exports, as in --priority urgency`,
    );
  }
  const rank = target.exported(text);
  return (input) => checked(rank(input), `what '${text}' returns for it`);
}

function fieldOf(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function checked(value: unknown, what: string): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  const shown = value === undefined ? "missing" : JSON.stringify(value) ?? String(value);
  throw new PriorityError(
    `The input has no priority: ${what} must be a number: it is ${
      value instanceof Promise ? "a promise" : shown
    }`,
  );
}
