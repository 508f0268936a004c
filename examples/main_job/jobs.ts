/**
 * The jobs of the main job: what is done with one file. They run in whatever thread the executor chooses.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** A file that was read. */
export interface FileBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What was found out about a file. */
export interface Analysis {
  readonly path: string;
  /** Its length in bytes, as it is and after gzip. */
  readonly size: number;
  readonly gzipSize: number;
  readonly sha256: string;
  /** How often each word occurs; `null` for a binary file. */
  readonly words: Map<string, number> | null;
}

/** Reads a file: waits, and hardly computes. */
export async function read(path: string): Promise<FileBytes> {
  return { path, bytes: await readFile(path) };
}

/** Hashes, compresses and counts the words of a file: computes, and does not wait. */
export function analyse({ path, bytes }: FileBytes): Analysis {
  return {
    path,
    size: bytes.length,
    gzipSize: gzipSync(bytes).length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    words: isBinary(bytes) ? null : countWords(new TextDecoder().decode(bytes)),
  };
}

/** As git tells: a NUL among the first 8,000 bytes. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}{2,}/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
