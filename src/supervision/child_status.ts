/**
 * How a child stands.
 *
 * @module
 */

import type { Task } from "../kernel/task_handle.ts";
import type { RestartType } from "./child_spec.ts";

/**
 * Where a child stands:
 *
 * - `pending`: its first start has not come.
 * - `starting`: it runs, and has not said that it is ready.
 * - `running`: it is up.
 * - `stopping`: it has been told to stop, and cleans up.
 * - `restarting`: it is down, and will be started again after a delay, or when its turn comes.
 * - `stopped`: it was told to stop, and has.
 * - `completed`, `failed`, `cancelled`: it ended, and is not restarted.
 */
export type ChildState =
  | "pending"
  | "starting"
  | "running"
  | "stopping"
  | "restarting"
  | "stopped"
  | "completed"
  | "failed"
  | "cancelled";

/** How a child stands at the moment of the question. */
export interface ChildStatus {
  /** Which child. */
  readonly id: string;
  /** Where it stands. */
  readonly status: ChildState;
  /** When it is restarted. */
  readonly restart: RestartType;
  /** How often it has been started again, for whatever reason. */
  readonly restarts: number;
  /** For how long it has been up, in milliseconds; 0 when it is not. */
  readonly uptime: number;
  /** What it failed with the last time it did; `undefined` when it never has. */
  readonly lastError: unknown;
  /** Its task, while it has one: to join, or to cancel, which is a cancellation from outside. */
  readonly task: Task<unknown> | undefined;
}
