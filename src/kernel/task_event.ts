/**
 * What instruments and reports are told about a task.
 *
 * @module
 */

import type { TaskEvent } from "./instrument.ts";
import type { TaskNode } from "./task.ts";
import type { TaskStatus } from "./task_handle.ts";

/** A picture of `task` as it is now. */
export function eventOf(task: TaskNode): TaskEvent {
  return new LiveTaskEvent(task);
}

/** Reads from the task when asked, so that an event nobody looks at costs one object. */
class LiveTaskEvent implements TaskEvent {
  readonly #task: TaskNode;

  constructor(task: TaskNode) {
    this.#task = task;
  }

  get id(): number {
    return this.#task.id;
  }

  get name(): string {
    return this.#task.name;
  }

  get parentId(): number | undefined {
    return this.#task.parent?.id;
  }

  get status(): TaskStatus {
    return this.#task.status;
  }

  get waitsFor(): string | undefined {
    return this.#task.waitsFor;
  }

  get spawnedAt(): string | undefined {
    return this.#task.spawnedAt;
  }
}
