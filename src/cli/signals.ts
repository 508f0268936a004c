/**
 * Being interrupted.
 *
 * @module
 */

import process from "node:process";
import { SIGNALLED } from "./exit_code.ts";

const numbers = { SIGINT: 2, SIGTERM: 15 } as const;
/** What can interrupt the command. */
export type InterruptSignal = keyof typeof numbers;

/** The exit code that tells of a signal. */
export function exitCodeOf(signal: InterruptSignal): number {
  return SIGNALLED + numbers[signal];
}

/**
 * Listens to SIGINT and SIGTERM. The first is handed on; a second one ends the process at once.
 *
 * @param interrupted hears of the first
 * @param leaving is called before a second one ends the process
 * @returns ends the listening
 */
export function onInterrupt(
  interrupted: (signal: InterruptSignal) => void,
  leaving: () => void,
): () => void {
  let first = true;
  const listeners = (Object.keys(numbers) as InterruptSignal[]).map((signal) => {
    const listener = (): void => {
      if (!first) {
        leaving();
        process.exit(exitCodeOf(signal));
      }
      first = false;
      interrupted(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
