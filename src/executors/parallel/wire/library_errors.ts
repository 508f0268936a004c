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
  UsageError,
  WorkerLostError,
} from "../../../kernel/errors.ts";
import {
  CircuitOpenError,
  DuplicateChildError,
  RestartLimitError,
  StartError,
  UnknownChildError,
} from "../../../supervision/errors.ts";
import { JobModuleError } from "../../job_module_error.ts";
import { registerError } from "./error_classes.ts";

for (
  const ErrorClass of [
    CancelledError,
    CircuitOpenError,
    ClosedError,
    DeadlockError,
    DuplicateChildError,
    JobModuleError,
    QueueFullError,
    RestartLimitError,
    StartError,
    TimeoutError,
    UnknownChildError,
    UsageError,
    WorkerLostError,
  ]
) {
  registerError(ErrorClass, `heddle:${ErrorClass.name}`);
}
