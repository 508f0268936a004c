/**
 * The errors of this library that work can fail with, known to both sides of a pool, so that they come across as instances of their classes.
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
import { CircuitOpenError } from "../../supervision/circuit_breaker.ts";
import {
  DuplicateChildError,
  RestartLimitError,
  StartError,
  UnknownChildError,
} from "../../supervision/errors.ts";
import { registerError } from "./error_classes.ts";

for (
  const ErrorClass of [
    CancelledError,
    CircuitOpenError,
    ClosedError,
    DeadlockError,
    DuplicateChildError,
    QueueFullError,
    RestartLimitError,
    StartError,
    TimeoutError,
    UnknownChildError,
    WorkerLostError,
  ]
) {
  registerError(ErrorClass, `heddle:${ErrorClass.name}`);
}
