/**
 * The files of a folder.
 *
 * @module
 */

import { opendir } from "node:fs/promises";
import { join } from "node:path";

const skipped = new Set([".git", "node_modules", ".reports", "coverage"]);

/**
 * The paths of all files below `folder`, in the order of their names. A folder that cannot be read is reported and left
 * out; links are not followed.
 */
export async function* walk(
  folder: string,
  unreadable: (path: string, error: unknown) => void,
): AsyncGenerator<string> {
  const entries = [];
  try {
    for await (const entry of await opendir(folder)) entries.push(entry);
  } catch (error) {
    unreadable(folder, error);
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile()) yield path;
    else if (!entry.isDirectory()) unreadable(path, new Error("neither file nor folder"));
    else if (!skipped.has(entry.name)) yield* walk(path, unreadable);
  }
}
