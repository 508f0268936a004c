/**
 * A ready queue in which somebody chooses.
 *
 * @module
 */

import type { ReadyQueue } from "../kernel/ready_queue.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Decisions } from "./decisions.ts";

/**
 * Keeps the tasks that are ready in the order in which the real scheduler would run them, but for its ageing and its bound
 * on handing the thread on, and has one chosen whenever there are several.
 */
export class ChoosingQueue implements ReadyQueue {
  readonly #decisions: Decisions;
  readonly #tasks: TaskNode[] = [];
  #last: TaskNode | undefined = undefined;

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  get size(): number {
    return this.#tasks.length;
  }

  push(task: TaskNode): void {
    const tasks = this.#tasks;
    let at = tasks.length;
    while (at > 0 && tasks[at - 1].priority < task.priority) at--;
    if (at === tasks.length) tasks.push(task);
    else tasks.splice(at, 0, task);
  }

  pushNext(task: TaskNode): void {
    this.#tasks.unshift(task);
  }

  shift(): TaskNode | undefined {
    const tasks = this.#tasks;
    if (tasks.length < 2) return this.#last = tasks.pop();
    const stay = this.#last === undefined ? -1 : tasks.indexOf(this.#last);
    const at = this.#decisions.next(tasks, stay);
    if (at === 0) return this.#last = tasks.shift();
    return this.#last = tasks.splice(at, 1)[0];
  }
}
