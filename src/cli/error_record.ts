/**
 * Errors as data, and as text.
 *
 * @module
 */

/** An error as `--on-error collect` writes it. Its own fields come along, as far as JSON has words for them. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Of causes of causes, and errors in errors, this many levels are told. */
const deepest = 5;

/**
 * What was thrown, as data.
 *
 * @param error anything
 */
export function errorRecord(error: unknown, depth = 0): ErrorRecord {
  if (!isError(error)) {
    return { name: "NotAnError", message: String(error), value: plain(error) ?? null };
  }
  const { name, message, cause } = error;
  const record: Record<string, unknown> = { name: String(name), message: String(message) };
  for (const [field, value] of Object.entries(error)) {
    if (!(field in record) && field !== "stack" && field !== "cause") record[field] = plain(value);
  }
  if (depth >= deepest) return record as unknown as ErrorRecord;
  if (cause !== undefined) record.cause = errorRecord(cause, depth + 1);
  if (Array.isArray((error as AggregateError).errors)) {
    record.errors = (error as AggregateError).errors.map((part) => errorRecord(part, depth + 1));
  }
  return record as unknown as ErrorRecord;
}

/**
 * What was thrown, on one line.
 *
 * @param error anything
 */
export function errorText(error: unknown): string {
  if (!isError(error)) {
    return `${
      typeof error === "string" ? JSON.stringify(error) : String(error)
    } was thrown, which is not an Error`;
  }
  const message = String(error.message).replaceAll(/\s*\n\s*/g, " ");
  return message === "" ? String(error.name) : `${error.name}: ${message}`;
}

/** Where the command itself is at home; its frames tell a user nothing. */
const home = new URL("../", import.meta.url).href;

/**
 * Where it was thrown, as far as that is the user's own code.
 *
 * @param error anything
 * @returns lines that begin with `at`; none when it does not say
 */
export function errorFrames(error: unknown): string[] {
  if (!isError(error) || typeof error.stack !== "string") return [];
  const frames = error.stack.split("\n").map((line) => line.trim()).filter((line) =>
    line.startsWith("at ")
  );
  const own = frames.findIndex((frame) => frame.includes(home) || /\b(?:ext|node):/.test(frame));
  return own < 0 ? frames : frames.slice(0, own);
}

/** Errors of other realms, and those that crossed from a worker, count too. */
function isError(value: unknown): value is Error {
  return value instanceof Error ||
    typeof value === "object" && value !== null && "name" in value && "message" in value;
}

function plain(value: unknown): unknown {
  try {
    const json = JSON.stringify(
      value,
      (_key, part) => typeof part === "bigint" ? String(part) : part,
    );
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
