/**
 * A progress bar on a terminal; nothing where there is none.
 *
 * @module
 */

import { Presets, SingleBar } from "cli-progress";
import process from "node:process";

/** Counts up to `total` on stderr, so that stdout can be redirected. */
export function progressBar(total: number, what = "files"): { increment(): void; stop(): void } {
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${what}`,
    stream: process.stderr,
    clearOnComplete: true,
  }, Presets.shades_classic);
  bar.start(total, 0);
  return { increment: () => bar.increment(), stop: () => bar.stop() };
}
