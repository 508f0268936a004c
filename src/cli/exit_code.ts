/**
 * What the exit codes of the command mean.
 *
 * @module
 */

/** All is well. */
export const OK = 0;
/** A task failed, or what it was fed with did. */
export const FAILED = 1;
/** Nothing was run: the command was called in a wrong way. */
export const WRONG_USAGE = 2;
/** A signal ends with this plus its number, as shells have it: 130 for SIGINT. */
export const SIGNALLED = 128;
