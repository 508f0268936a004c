/**
 * Where tasks were spawned, for error reports. Taking a stack costs more than a spawn does, so it is off unless a
 * program asks for it (`main` does).
 *
 * @module
 */

let traced = 0;

/** Turns the recording on; the function that comes back takes this wish back. */
export function traceSpawns(): () => void {
  traced++;
  let on = true;
  return () => {
    if (on) traced--;
    on = false;
  };
}

/** The stack of the spawn under way, when it is recorded. Its text is not made before someone reads it. */
export function traceSpawn(): Error | null {
  if (traced === 0) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 6;
  const site = new Error("spawned here");
  Error.stackTraceLimit = limit;
  return site;
}
