/**
 * The module that a worker of `node:worker_threads` starts with.
 *
 * @module
 */
import { nodeWorker } from "../platforms/node_worker.ts";
import { workerOptions } from "./worker_options.ts";
import { serve } from "./worker_side.ts";

serve(nodeWorker(), workerOptions());
