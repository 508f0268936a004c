/**
 * The worker of `poolifier`.
 *
 * @module
 */
import { ThreadWorker } from "poolifier";
import { increment } from "./jobs.ts";

/** Answers with the next number. */
const worker: ThreadWorker<number, number> = new ThreadWorker<number, number>((n) =>
  increment(n as number)
);
export default worker;
