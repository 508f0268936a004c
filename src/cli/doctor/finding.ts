/**
 * What the doctor finds.
 *
 * @module
 */

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at. */
  readonly what: string;
  /** How it is. */
  readonly text: string;
  /** What follows from it, and what to do about it. */
  readonly advice?: string;
  /** Whether something does not work. */
  readonly isProblem?: boolean;
}

/** An amount of memory as people read it. */
export function memory(bytes: number): string {
  const gib = bytes / 2 ** 30;
  if (gib >= 1) return `${gib.toFixed(gib < 10 ? 1 : 0)} GiB`;
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
