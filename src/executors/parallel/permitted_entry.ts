/**
 * The module that a worker with permissions of its own starts with.
 *
 * @module
 */
import { wirePort } from "./message_port.ts";
import { heapInUse, nodePlatform } from "./node_platform.ts";
import { announced, onceSettled } from "./web_worker.ts";
import { workerOptions } from "./worker_options.ts";
import { serve } from "./worker_side.ts";

onceSettled((port, settings) => {
  const platform = { ...nodePlatform(wirePort(port), settings), memory: heapInUse };
  serve(announced(platform), workerOptions());
});
