/**
 * The version that the command tells.
 *
 * @module
 */

/** The version of the package; a test compares it with `deno.json`, which an npm package does not have. */
export const version = "0.1.0";
