/**
 * The module that a worker with permissions of its own starts with.
 *
 * @module
 */
import { wirePort } from "../platforms/message_port.ts";
import { heapInUse, nodePlatform } from "../platforms/node_platform.ts";
import { announced, onceSettled } from "../platforms/web_worker.ts";
import { workerOptions } from "./worker_options.ts";
import { serve } from "./worker_side.ts";

onceSettled((port, settings) => {
  const platform = { ...nodePlatform(wirePort(port), settings), memory: heapInUse };
  serve(announced(platform), workerOptions());
});
