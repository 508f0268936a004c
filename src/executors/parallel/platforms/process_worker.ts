/**
 * The worker's side of a child process: Node, Deno and Bun.
 *
 * @module
 */
import process from "node:process";
import * as v8 from "node:v8";
import { ipcPort } from "./ipc_port.ts";
import { nodePlatform } from "./node_platform.ts";
import type { WorkerPlatform, WorkerSettings } from "./platform.ts";

/**
 * Makes the platform of this worker. Called once, with the first message.
 *
 * @param settings the first message
 * @returns what `serve` needs
 * @throws {TypeError} when this process was not started by the pool
 */
export function processWorker(settings: unknown): WorkerPlatform {
  if (typeof process.send !== "function" || typeof settings !== "object" || settings === null) {
    throw new TypeError("Cannot serve calls: this process was not started by a parallel pool");
  }
  // What ends the program of a terminal ends its host, which sees to its workers.
  process.on("SIGINT", () => {});
  return {
    ...nodePlatform(ipcPort(process, v8), settings as WorkerSettings),
    memory: (): number => process.memoryUsage().rss,
  };
}
