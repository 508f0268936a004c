/**
 * The job of `checksums.ts`, which runs on workers.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** The SHA-256 of a file, which is read piece by piece: its size does not matter. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}
