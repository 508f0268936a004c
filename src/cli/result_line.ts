/**
 * Results as JSON Lines.
 *
 * @module
 */

/** A result cannot be written as JSON. */
export class NotJsonError extends Error {
  override readonly name = "NotJsonError";
}

/**
 * One line for a result, as `JSON.stringify` writes it, so that there are as many lines as inputs: `undefined` becomes
 * `null`, a `bigint` a string of its digits, which every reader keeps exact.
 *
 * @param value a result
 * @returns the line, with its end
 * @throws {NotJsonError} for what JSON has no words for: functions, symbols, cycles
 */
export function resultLine(value: unknown): string {
  const json = value === undefined ? "null" : stringify(value);
  if (json !== undefined) return `${json}\n`;
  throw new NotJsonError(
    `The result is a ${typeof value}, which cannot be written as JSON: return data`,
  );
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A replacer slows down what has no need of it, so it comes second.
    try {
      return JSON.stringify(value, (_key, part) => typeof part === "bigint" ? String(part) : part);
    } catch (cause) {
      const [reason] = (cause as Error).message.split("\n");
      throw new NotJsonError(`The result cannot be written as JSON: ${reason}`, { cause });
    }
  }
}
