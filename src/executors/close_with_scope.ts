/**
 * A stream that another library's coroutine reads, bound to its scope.
 *
 * @module
 */

import { BindingEffect } from "../kernel/binding_effect.ts";
import { addFinaliser } from "../kernel/finaliser.ts";
import type { TaskNode } from "../kernel/task.ts";

/** Has a stream closed when the scope ends, which waits for it. */
export class CloseWithScope extends BindingEffect<void> {
  readonly description = "stream.next()";
  readonly #stream: { close(): unknown };

  constructor(stream: { close(): unknown }) {
    super();
    this.#stream = stream;
  }

  bind(task: TaskNode): boolean {
    addFinaliser(task, () => this.#stream.close(), "map");
    return true;
  }
}
