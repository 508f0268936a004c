/**
 * The module that a worker in a browser starts with.
 *
 * @module
 */
import { webPlatform } from "../platforms/web_platform.ts";
import { announced, onceSettled } from "../platforms/web_worker.ts";
import { workerOptions } from "./worker_options.ts";
import { serve } from "./worker_side.ts";

onceSettled((port, settings) => serve(announced(webPlatform(port, settings)), workerOptions()));
