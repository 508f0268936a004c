/**
 * The worker of `workerpool`.
 *
 * @module
 */
import workerpool from "workerpool";
import { increment } from "./jobs.ts";

workerpool.worker({ increment });
