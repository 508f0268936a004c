/**
 * The module that a worker of `node:worker_threads` starts with: the worker's side of the pool, and in it the same
 * kernel as in the main thread, which runs the exports that are coroutines.
 *
 * @module
 */
import type { Operation } from "../../kernel/effect.ts";
import { CancelledError, TimeoutError } from "../../kernel/errors.ts";
import { run } from "../../kernel/run.ts";
import { isOperation } from "../../kernel/work.ts";
import { taskAround } from "../../kernel/task_info.ts";
import { shared } from "../ambient.ts";
import { GreenPool } from "../green_pool.ts";
import { currentCall } from "./current_call.ts";
import { nodeWorker } from "./node_worker.ts";
import "./kernel_errors.ts";
import { serve } from "./worker_side.ts";

// A job that runs further jobs has them run beside it, in its own worker: it holds one already.
shared.make = () => new GreenPool({ name: "worker" });
taskAround.current = currentCall;

serve(nodeWorker(), {
  isCoroutine: isOperation,
  runCoroutine: (coroutine, { signal, name }) =>
    run(() => coroutine as Operation<unknown>, { signal, name }),
  cancelReason: () => new CancelledError("The job was cancelled"),
  timeoutReason: (ms) => new TimeoutError(ms, "The job"),
});
