/**
 * The library's own errors, known to both sides of a pool, so that they come across as instances of their classes.
 *
 * @module
 */
import {
  CancelledError,
  ClosedError,
  DeadlockError,
  QueueFullError,
  TimeoutError,
  WorkerLostError,
} from "../../kernel/errors.ts";
import { JobModuleError } from "../job_module_error.ts";
import { registerError } from "./error_classes.ts";

for (
  const ErrorClass of [
    CancelledError,
    ClosedError,
    DeadlockError,
    JobModuleError,
    QueueFullError,
    TimeoutError,
    WorkerLostError,
  ]
) {
  registerError(ErrorClass, `heddle:${ErrorClass.name}`);
}
