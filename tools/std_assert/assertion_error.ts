/** What every failed assertion throws. */
export class AssertionError extends Error {
  /** Takes the message first, as std does; `node:assert` takes one options object. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Throws an {@linkcode AssertionError}: what is wrong, the caller's own words if any, and details
 * that take lines of their own.
 */
export function failWith(what: string, msg?: string, details = ""): never {
  throw new AssertionError((msg ? `${what}: ${msg}` : `${what}.`) + (details && `\n${details}`));
}
