/**
 * The module that a worker process starts with.
 *
 * @module
 */
import process from "node:process";
import { processWorker } from "../platforms/process_worker.ts";
import { workerOptions } from "./worker_options.ts";
import { serve } from "./worker_side.ts";

process.once("message", (settings: unknown) => {
  serve(processWorker(settings), workerOptions());
});
