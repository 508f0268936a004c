/**
 * Mutations of what stands on the kernel: executors, the parallel pool, pipelines.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const executors = ["tests/laws/executor_test.ts", "tests/executors/priority_test.ts"];
const link = ["tests/executors/parallel/link/worker_link_test.ts"];
const pool = [
  "tests/executors/parallel/worker_loss_test.ts",
  "tests/executors/parallel/parallel_pool_test.ts",
];
const pipelines = ["tests/laws/pipeline_test.ts", "tests/pipeline"];

/** All of them. */
export const outerMutants: readonly Mutant[] = [
  {
    file: "src/executors/slots.ts",
    from: "this.#line.push(task, task.priority);",
    to: "this.#line.push(task, 0);",
    tests: executors,
    why: "priorities do not count [P7]",
  },
  {
    file: "src/executors/slots.ts",
    from: "      if ((task.bits & WAITS) !== 0) this.#begin(task);",
    to: "      this.#begin(task);",
    tests: executors,
    why: "a task that was cancelled while it waited takes a slot for ever [E4]",
  },
  {
    file: "src/executors/submission.ts",
    from: "    if (left !== Infinity) scheduler.setTimer(this.#deadline, dueAt);\n",
    to: "",
    tests: ["tests/executors/executor_test.ts"],
    why: "a deadline never comes [E3]",
  },
  {
    file: "src/executors/map_stream.ts",
    from:
      "const waits: (() => Operation<void>)[] = [...this.#live].map((task) => () => task.cancel());",
    to: "const waits: (() => Operation<void>)[] = [];",
    tests: executors,
    why: "a map that is left early does not wait for what it cancels [P4]",
  },
  {
    file: "src/executors/parallel/link/call_slots.ts",
    from: "    this.#free.push(slot);\n    if (call",
    to: "    if (call",
    tests: link,
    why: "the slots of a worker are used up [E4]",
  },
  {
    file: "src/executors/parallel/link/loss.ts",
    from: "(isSure ? sorted.notBegun : sorted.begun)",
    to: "(isSure ? sorted.begun : sorted.notBegun)",
    tests: [...link, ...pool],
    why: "what a lost worker had begun is run again, and what it had not is lost [E4] [W1]",
  },
  {
    file: "src/executors/parallel/workforce.ts",
    from: "    if (!wasRetiring && isNeeded) this.#replaceSoon();\n",
    to: "",
    tests: ["tests/executors/parallel/worker_replaced_test.ts"],
    why: "a lost worker is not replaced [W1]",
  },
  {
    file: "src/executors/parallel/workforce.ts",
    from: "    for (const worker of this.workers) this.retire(worker);\n",
    to: "",
    tests: pool,
    why: "workers live on after close [W2]",
  },
  {
    file: "src/executors/parallel/dispatch.ts",
    from: "      if (call.cancelled || this.#send(call)) continue;",
    to: "      if (this.#send(call)) continue;",
    tests: pool,
    why: "a call that was cancelled while it waited is sent all the same [S6]",
  },
  {
    file: "src/executors/parallel/wire/error_codec.ts",
    from: '      if (failure && (key === "stack" || key === "message")) continue;',
    to: "      if (failure) continue;",
    tests: ["tests/executors/parallel/wire/error_codec_test.ts"],
    why: "an error loses its own fields and its cause on the way [E1]",
  },
  {
    file: "src/executors/parallel/wire/outbox.ts",
    from:
      "      if (entries === 1) this.#refused(batch.slice(1), error);\n      else this.#postEach(batch);",
    to: "      this.#refused(batch.slice(1), error);",
    tests: ["tests/executors/parallel/wire/outbox_test.ts"],
    why: "what cannot be cloned takes its neighbours along [E4]",
  },
  {
    file: "src/pipeline/_link.ts",
    from: "    if (this.#size >= this.#room) return false;",
    to: "",
    tests: pipelines,
    why: "no backpressure [G2]",
  },
  {
    file: "src/pipeline/_link.ts",
    from: "    if (!this.#abandoned) wakeAll(this.#readers);\n",
    to: "",
    tests: pipelines,
    why: "a stage is not told of the end of its input [G4]",
  },
  {
    file: "src/pipeline/_link.ts",
    from: "    if (this.#writers.size > 0) wake(this.#writers);\n    this.last",
    to: "    this.last",
    tests: pipelines,
    why: "a stage that waits for room waits for ever [G2]",
  },
  {
    file: "src/pipeline/_pipeline_group.ts",
    from: "    if (child.hasFailed) {\n      this.stop(",
    to: "    if (false) {\n      this.stop(",
    tests: pipelines,
    why: "a failing stage leaves the others running [G3]",
  },
  {
    file: "src/pipeline/_pipeline_group.ts",
    from: "index < this.#closingAfter) this.#closeBefore(index);",
    to: "index < this.#closingAfter) void 0;",
    tests: pipelines,
    why: "the stages before one that has enough are not closed [P4] [G4]",
  },
  {
    file: "src/pipeline/take.ts",
    from: "        flow.stop();\n        return push(value);",
    to: "        return push(value);",
    tests: pipelines,
    why: "take() pulls an endless source for ever [P3]",
  },
];
