/**
 * What a container may use, as Linux keeps it in control groups.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The limits; `undefined` where there is none. */
export interface ContainerLimits {
  /** Processors, also in parts. */
  readonly processors: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Processes and threads. */
  readonly tasks: number | undefined;
}

/** Reads a file of the system; `undefined` when there is none, or it is not permitted. */
export type ReadSystemFile = (path: string) => string | undefined;

/** Reads a file of this system. */
export function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

const root = "/sys/fs/cgroup";
/** What version 1 says in the place of no limit is some number beyond this. */
const unlimited = 2 ** 60;

/**
 * The limits of this process: the tightest ones of its group and of those around it.
 *
 * @param read how files are read
 */
export function containerLimits(read: ReadSystemFile = readSystemFile): ContainerLimits {
  const groups = read("/proc/self/cgroup") ?? "";
  const unified = /^0::(.*)$/m.exec(groups)?.[1];
  if (unified !== undefined && read(`${root}/cgroup.controllers`) !== undefined) {
    return {
      processors: tightest(unified, (folder) => quota(read(`${folder}/cpu.max`))),
      memory: tightest(unified, (folder) => amount(read(`${folder}/memory.max`))),
      tasks: tightest(unified, (folder) => amount(read(`${folder}/pids.max`))),
    };
  }
  const cpu = `${root}/cpu/cpu.cfs`;
  return {
    processors: quota(`${read(`${cpu}_quota_us`) ?? "max"} ${read(`${cpu}_period_us`) ?? ""}`),
    memory: amount(read(`${root}/memory/memory.limit_in_bytes`)),
    tasks: amount(read(`${root}/pids/pids.max`)),
  };
}

function tightest(group: string, limitOf: (folder: string) => number | undefined) {
  let least: number | undefined;
  for (let path = group;; path = dirname(path)) {
    const limit = limitOf(join(root, path));
    if (limit !== undefined && limit < (least ?? Infinity)) least = limit;
    if (path === "/" || path === ".") return least;
  }
}

/** Of `<quota> <period>`, in microseconds: so much of a processor. */
function quota(text: string | undefined): number | undefined {
  const [most, period] = (text ?? "").trim().split(/\s+/).map(Number);
  return most! > 0 && period! > 0 ? most! / period! : undefined;
}

function amount(text: string | undefined): number | undefined {
  const value = Number(text?.trim() || NaN);
  return value > 0 && value < unlimited ? value : undefined;
}
