/**
 * Changes of one place that make the library wrong, and the tests that must notice.
 *
 * @module
 */

import { bridge } from "./bridge.ts";
import type { Mutant } from "./mutant.ts";
import { outerMutants } from "./outer.ts";
import { testingMutants } from "./testing.ts";

const kernel = [
  "tests/laws/scope_test.ts",
  "tests/laws/cancellation_test.ts",
  "tests/laws/group_test.ts",
  "tests/kernel",
  "tests/operations",
];
const sync = ["tests/laws/sync_test.ts", "tests/laws/channel_test.ts", "tests/sync"];
const pools = ["tests/laws/executor_test.ts", "tests/executors/executor_test.ts"];
const supervision = ["tests/supervision"];

/** All of them. */
export const mutants: readonly Mutant[] = [
  {
    file: "src/kernel/ending.ts",
    from: "  if (task.children === null && task.cold === null) end(task);",
    to: "  if (task.cold === null) end(task);",
    tests: kernel,
    why: "a scope does not wait for its tasks [S1]",
  },
  {
    file: "src/kernel/cancellation.ts",
    from:
      "  for (let child = task.children; child !== null; child = child.older) {\n    if (!daemonsOnly",
    to: "  for (let child = task.children; child !== null; child = null) {\n    if (!daemonsOnly",
    tests: kernel,
    why: "only the newest child is cancelled [S7]",
  },
  {
    file: "src/kernel/cancellation.ts",
    from: "  if ((task.bits & B.CANCELLING) !== 0 && task.cold!.cancelCause !== null) {",
    to: "  if (false) {",
    tests: kernel,
    why: "a second cancel is delivered again [S4]",
  },
  {
    file: "src/kernel/cancellation.ts",
    from: "    case B.PENDING:\n      close(task);\n      break;\n",
    to: "",
    tests: kernel,
    why: "a task that is cancelled before its first step runs [S6]",
  },
  {
    file: "src/kernel/cancellation.ts",
    from: "  if (tellAfterAll(task)) return;\n",
    to: "",
    tests: kernel,
    why: "a body that caught the failure of a child is never told [S11]",
  },
  {
    file: "src/kernel/cancellation.ts",
    from: "    if (waiting.shielded === true) return;\n    try {",
    to: "    try {",
    tests: kernel,
    why: "force breaks a shield [M1]",
  },
  {
    file: "src/kernel/ending.ts",
    from: "  task.collect(child.value);\n",
    to: "",
    tests: kernel,
    why: "the failure of a child is lost [S9]",
  },
  {
    file: "src/kernel/ending.ts",
    from: "    if (cold.bodyFailed) errors.delete(cold.bodyError);\n",
    to: "",
    tests: kernel,
    why: "one error comes twice [S9]",
  },
  {
    file: "src/kernel/ending.ts",
    from: "  tellChildren(task, false);\n  if (task.children !== null) return false;",
    to: "  tellChildren(task, true);\n  if (task.children !== null) return false;",
    tests: kernel,
    why: "what a finaliser spawns is not cancelled [S7]",
  },
  {
    file: "src/kernel/join.ts",
    from: "  if (target.phase === ENDED) unobserve(target);\n  else if",
    to: "  if",
    tests: kernel,
    why: "a failure vanishes with its joiner [S10]",
  },
  {
    file: "src/kernel/group.ts",
    from: "    if (this.absorbsFailures) this.errors = null;\n",
    to: "",
    tests: kernel,
    why: "a cancelled allSettled fails [S9]",
  },
  {
    file: "src/kernel/group.ts",
    from: "    if (this.#live > 0 || this.#done) return;",
    to: "    if (this.#done) return;",
    tests: kernel,
    why: "race and all return before their losers are done [R1]",
  },
  {
    file: "src/kernel/promise_wait.ts",
    from: '    if (state === "settled") return;\n',
    to: "",
    tests: kernel,
    why: "a promise that settles twice wakes twice [J2]",
  },
  {
    file: "src/kernel/promise_wait.ts",
    from: "    if (this.#task !== null) {",
    to: "    if (false) {",
    tests: kernel,
    why: "an until that is used twice hangs [J1]",
  },
  {
    file: "src/kernel/error_list.ts",
    from: "isObject(error) ? error : {}",
    to: "error",
    tests: kernel,
    why: "two equal primitives become one error [S9]",
  },
  {
    file: "src/kernel/scheduler.ts",
    from: "    return Math.abs(now - this.#turnBegan) > this.#budget;",
    to: "    return false;",
    tests: ["tests/kernel/scheduler_test.ts"],
    why: "the host never gets its turn [F2]",
  },
  {
    file: "src/kernel/task.ts",
    from: "      if (this.scheduler.isOverdue()) break;\n",
    to: "",
    tests: ["tests/kernel/scheduler_test.ts"],
    why: "waits that are ready keep the host waiting [F2]",
  },
  {
    file: "src/kernel/ageing_line.ts",
    from: "    if (++this.#served % ageingInterval === 0) {",
    to: "    if (false) {",
    tests: kernel,
    why: "a low priority starves [F1]",
  },
  {
    file: "src/kernel/timers.ts",
    from: "    bucket.last = timer;\n    this.#size++;",
    to: "    bucket.last = timer.previous ?? timer;\n    this.#size++;",
    tests: kernel,
    why: "a timer is lost [T1]",
  },
  {
    file: "src/operations/sleep.ts",
    from: "    if (this.#task === task) {",
    to: "    if (this.#task !== null) {",
    tests: kernel,
    why: "cancelling one sleeper keeps another asleep [T5]",
  },
  {
    file: "src/operations/_select_wait.ts",
    from: "      task.bits |= UNDELIVERED;\n",
    to: "",
    tests: kernel,
    why: "a select swallows a cancellation [R3]",
  },
  {
    file: "src/operations/action.ts",
    from: "    if (this.#settled) return;\n    this.#settled = true;\n    this.#outcome",
    to: "    this.#settled = true;\n    this.#outcome",
    tests: kernel,
    why: "a callback that settles twice counts twice [J2]",
  },
  {
    file: "src/sync/channel.ts",
    from: "return this.#claims === 0 ? this.#take() : this.#takeBehind(this.#claims);",
    to: "return this.#take();",
    tests: sync,
    why: "tryReceive overtakes [Y3]",
  },
  {
    file: "src/sync/channel.ts",
    from: ">= this.#capacity + this.#claims && this",
    to: ">= this.#capacity && this",
    tests: sync,
    why: "a value for a waiting receiver is dropped [C4]",
  },
  {
    file: "src/sync/channel.ts",
    from: "  dropClaim(): void {\n    this.#claims--;\n    this.#wakeReceiver();",
    to: "  dropClaim(): void {\n    this.#claims--;",
    tests: sync,
    why: "a wake-up is lost with a cancelled receiver [Y4]",
  },
  {
    file: "src/sync/_permit_line.ts",
    from: "    this.#permit?.release();\n",
    to: "",
    tests: sync,
    why: "a permit is leaked by a cancelled waiter [Y1]",
  },
  {
    file: "src/sync/_permit_line.ts",
    from: "this.#held < this.#total && this.#waiters.size === 0",
    to: "this.#held <= this.#total && this.#waiters.size === 0",
    tests: sync,
    why: "one permit too many [Y2]",
  },
  {
    file: "src/sync/barrier.ts",
    from: "    if (this.#waiters.size === this.parties - 1) {",
    to: "    if (this.#waiters.size === this.parties) {",
    tests: sync,
    why: "a barrier waits for one too many [Y6]",
  },
  {
    file: "src/sync/latch.ts",
    from: "    this.#open = true;\n    for",
    to: "    for",
    tests: sync,
    why: "a latch that was opened is closed for those who come later [Y4]",
  },
  {
    file: "src/executors/slots.ts",
    from: "    while (this.running < this.size) {",
    to: "    while (this.running <= this.size) {",
    tests: pools,
    why: "one runs too many [P1]",
  },
  {
    file: "src/executors/slots.ts",
    from: "    if ((task.bits & WAITS) === 0) return;\n    this.#loans",
    to: "    if (Date.now() > 0) return;\n    this.#loans",
    tests: pools,
    why: "a full pool that joins its own task dead-locks [P5]",
  },
  {
    file: "src/executors/base_executor.ts",
    from: "    if (options.drain === false) this.#cancelAll(options.grace);\n",
    to: "",
    tests: pools,
    why: "close does not end what runs [P6]",
  },
  {
    file: "src/executors/map_stream.ts",
    from: "Math.min(concurrency - this.#inFlight, lookahead - unconsumed)",
    to: "concurrency - this.#inFlight",
    tests: pools,
    why: "a map pulls more than its lookahead [P3]",
  },
  {
    file: "src/executors/map_stream.ts",
    from: "    if (first) waits.push(() => this.#closeInputs());\n",
    to: "",
    tests: pools,
    why: "the source is not closed when the iteration is left [P4]",
  },
  {
    file: "src/supervision/restart_window.ts",
    from: "    return this.size <= this.#most;",
    to: "    return this.size <= this.#most + 1;",
    tests: supervision,
    why: "one restart too many [V1]",
  },
  {
    file: "src/supervision/restart_window.ts",
    from:
      "    while (this.#first < failures.length && failures[this.#first].at < oldest) this.#first++;\n",
    to: "",
    tests: supervision,
    why: "old restarts count for ever [V1]",
  },
  {
    file: "src/supervision/_core.ts",
    from: '(restart === "transient" && outcome === "failed")',
    to: '(restart === "transient" && outcome !== "failed")',
    tests: supervision,
    why: "transient children come back after success [V2]",
  },
  {
    file: "src/supervision/_core.ts",
    from: "(child.due || !child.isTemporary)",
    to: "true",
    tests: supervision,
    why: "temporary children come back for the others' sake [V2]",
  },
  {
    file: "src/supervision/_core.ts",
    from: 'this.options.strategy === "one_for_all" ? 0 : cause.order',
    to: "0",
    tests: supervision,
    why: "rest_for_one restarts all [V3]",
  },
  {
    file: "src/supervision/_core.ts",
    from:
      '  #down(child: Child, task: TaskNode): void {\n    if (child.phase === "up") child.wasUpUntil(this.now, this.options.stableAfter);\n',
    to: "  #down(child: Child, task: TaskNode): void {\n",
    tests: supervision,
    why: "delays never start over [V8]",
  },
  ...outerMutants,
  ...testingMutants,
  ...bridge,
];
