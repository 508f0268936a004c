/**
 * One process at a time.
 *
 * @module
 */

import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { UsageError } from "../usage_error.ts";

/**
 * Marks a file as used by this process. What a process that was killed has left is taken over.
 *
 * @param path the file
 * @returns ends it
 * @throws {UsageError} when another process uses it
 */
export function lockFile(path: string): () => void {
  const lock = `${path}.lock`;
  const own = `${process.pid} ${startOf(process.pid)}`;
  for (let attempt = 0;; attempt++) {
    try {
      writeFileSync(lock, own, { flag: "wx" });
      return () => unlock(lock);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = ownerOf(lock);
    if (owner !== null || attempt > 2) {
      throw new UsageError(
        `The journal '${path}' is in use by process ${owner}: wait until it has ended, or use another file. (If that is ` +
          `no heddle, remove '${lock}'.)`,
      );
    }
    unlock(lock);
  }
}

/** The process that has locked it and lives. */
function ownerOf(lock: string): number | null {
  let text: string;
  try {
    text = readFileSync(lock, "utf8");
  } catch {
    return null;
  }
  const [id, start] = text.split(" ");
  const pid = Number(id);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return null;
  return isAlive(pid) && startOf(pid) === start ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When a process was started, which tells it from another one with its number; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function unlock(lock: string): void {
  try {
    unlinkSync(lock);
  } catch {
    // It is gone already.
  }
}
