/**
 * Mutants of the bridge to Effection.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const files = [
  "converters",
  "documented",
  "order",
  "ours_halted",
  "ours_in_theirs",
  "regions",
  "semantics",
  "theirs_cancelled",
  "theirs_in_ours",
  "use_heddle",
];
const tests = files.map((name) => `tests/effection/${name}_test.ts`);
/** The same with Effection 4.0. */
const older = ["tests/effection/versions_test.ts"];

/** All of them. */
export const bridge: readonly Mutant[] = [
  {
    file: "src/effection/enter.ts",
    from: "if (operation.bindsToScope) return hostOf(scope).perform(operation, resolve);",
    to: "",
    tests,
    why: "what is bound in a program of Effection's is bound to nothing",
  },
  {
    file: "src/effection/host.ts",
    from: "if (tellsByItself) ensure(() => endOf(this, false));",
    to: "",
    tests,
    why: "a cleanup that fails at the end of a scope is not told",
  },
  {
    file: "src/effection/host.ts",
    from: "if (left === null) return runApart(() => resolve(result));",
    to: "if (left === null) return resolve(result);",
    tests,
    why: "code of Effection is taken for code of the host",
  },
  {
    file: "src/effection/host.ts",
    from: "    if (isEnd) throw error;",
    to: "    if ((this.#task.bits & CANCELLING) !== 0 && !isHalt) throw error;",
    tests,
    why: "whoever is told of a failure and ends the scope has it fail again",
  },
  {
    file: "src/effection/host.ts",
    from: "    unwindBody(this.#task, request.cause);",
    to: "",
    tests,
    why: "a wait in the host is not left",
  },
  {
    file: "src/effection/host.ts",
    from: "    this.#told = true;\n    runApart(() => crash",
    to: "    runApart(() => crash",
    tests,
    why: "a crash is told twice",
  },
  {
    file: "src/effection/instruction.ts",
    from: "    if (data.unwinding === true && data.critical !== true) unwindFrameByFrame(data);\n",
    to: "",
    tests,
    why: "a halt is lost in 4.1 [S3]",
  },
  {
    file: "src/effection/instruction.ts",
    from: "    unwindFrameByFrame(data);\n    return data.iterator.return",
    to: "    return data.iterator.return",
    tests: older,
    why: "a halt is lost in 4.0 [S3]",
  },
  {
    file: "src/effection/instruction.ts",
    from: "    if (!this.validate()) return;\n",
    to: "",
    tests: older,
    why: "a step that is no longer to be taken is taken, in 4.0",
  },
  {
    file: "src/effection/reducer.ts",
    from: "const stretch = 1024;",
    to: "const stretch = 4;",
    tests,
    why: "routines are not left alone until they have come to rest",
  },
  {
    file: "src/effection/reducer.ts",
    from: "      if (this.scheduler.isOverdue()) {",
    to: "      if (false) {",
    tests,
    why: "the host gets no turn [F2]",
  },
  {
    file: "src/effection/rounds.ts",
    from: "    turn.round = isThrough ? this.#round + 1 : this.#round;",
    to: "    turn.round = this.#round;",
    tests,
    why: "a loop near the root starves all below [F1]",
  },
  {
    file: "src/effection/rounds.ts",
    from: "    ? a.priority < b.priority",
    to: "    ? a.priority > b.priority",
    tests,
    why: "routines far from the root come first",
  },
  {
    file: "src/effection/unwinding_iterator.ts",
    from: "    if (leaving.replaced) this.#frames = [];\n    else if",
    to: "    if",
    tests,
    why: "an error that was caught on the way out leaves the frames of a return",
  },
  {
    file: "src/effection/unwinding_iterator.ts",
    from: "value instanceof Leaving ? value.pass(this)",
    to: "true ? (value as Leaving).pass?.(this) ?? plainReturn.call(this, value)",
    tests,
    why: "returns of user code count as frames",
  },
  {
    file: "src/effection/scope_of_task.ts",
    from: "    const scope = (isAwaited ? regions.get(above) : undefined) ??",
    to: "    const scope =",
    tests,
    why: "contexts of a scope of Effection's are not seen by what is awaited in it",
  },
  {
    file: "src/effection/scope_of_task.ts",
    from:
      "  for (let newest = [...tasks].at(-1); newest !== undefined; newest = [...tasks].at(-1)) {",
    to: "  for (let newest = [...tasks].at(0); newest !== undefined; newest = [...tasks].at(0)) {",
    tests,
    why: "tasks of Effection's are halted oldest first [S7]",
  },
  {
    file: "src/effection/scope_of_task.ts",
    from: "  task.collect(error);\n  if",
    to: "  if",
    tests,
    why: "a crash in a task of Effection's does not fail ours [I2]",
  },
  {
    file: "src/effection/task_routine.ts",
    from: "      task.environment = region.environment;\n",
    to: "",
    tests,
    why: "contexts that were set in a scope of Effection's outlive it",
  },
  {
    file: "src/effection/task_routine.ts",
    from: "    else task.bits |= ELSEWHERE;",
    to: "    else task.bits &= ~ELSEWHERE;",
    tests,
    why: "what is bound in a scope of Effection's is bound to the task",
  },
  {
    file: "src/effection/task_routine.ts",
    from: "      task.environment = host.task.environment;\n",
    to: "",
    tests,
    why: "what was set in a scope of Effection's is not seen there",
  },
  {
    file: "src/effection/task_routine.ts",
    from: "    if (critical) this.#task.bits |= CRITICAL;",
    to: "    if (false) this.#task.bits |= CRITICAL;",
    tests,
    why: "a cancellation comes into a critical region [M1]",
  },
  {
    file: "src/effection/unwind.ts",
    from: "    return endsTrap(effect);",
    to: "    return false;",
    tests,
    why: "the outcome of a trap is lost",
  },
  {
    file: "src/effection/unwind.ts",
    from: "    if (crashed.has(trap)) continue;\n",
    to: "",
    tests,
    why: "a trap is unwound twice",
  },
  {
    file: "src/effection/streams.ts",
    from: "  yield* ensure(() => into.close());",
    to: "",
    tests,
    why: "a converted stream stays open after its scope",
  },
  {
    file: "src/effection/streams.ts",
    from: "    const left = values.return?.();",
    to: "    const left = undefined as Promise<unknown> | undefined;",
    tests,
    why: "an async iterable is not left",
  },
  {
    file: "src/effection/streams.ts",
    from: "      return into.close(error);",
    to: "      return into.close();",
    tests,
    why: "the failure of a stream is swallowed",
  },
  {
    file: "src/effection/abort.ts",
    from: '    return () => signal.removeEventListener("abort", abort);',
    to: "    return () => {};",
    tests,
    why: "a wait for an abort leaves its listener",
  },
  {
    file: "src/kernel/run.ts",
    from: "  runNow(task);\n  return (left",
    to: "  task.scheduler.enqueue(task);\n  return (left",
    tests,
    why: "an operation in a program of Effection's begins late, and misses a wake-up",
  },
  {
    file: "src/kernel/run.ts",
    from: "    if (!isLeft) runApart",
    to: "    runApart",
    tests,
    why: "an operation that was left comes to a result after all",
  },
  {
    file: "src/kernel/composite.ts",
    from: "    return running === null ? new Step<T>(this) : this.steps();",
    to: "    return this.steps();",
    tests,
    why: "a halt is lost in an operation of several steps",
  },
];
