/**
 * Mutations of the simulation: what finds the bugs of others must not have its own.
 *
 * @module
 */

import type { Mutant } from "./mutant.ts";

const explore = ["tests/testing/explore_test.ts", "tests/testing/shrink_test.ts"];
const edges = ["tests/testing/explore_edges_test.ts"];
const pct = ["tests/testing/pct_test.ts"];
const simulate = ["tests/testing/simulate_test.ts"];

/** All of them. */
export const testingMutants: readonly Mutant[] = [
  {
    file: "src/testing/virtual_clock.ts",
    from: "    this.#now = Math.max(this.#now, this.#deadline);",
    to: "    this.#now = this.#deadline;",
    tests: ["tests/testing/virtual_clock_test.ts"],
    why: "time goes back when a step has cost more than a timer had left [T6]",
  },
  {
    file: "src/testing/random.ts",
    from: "(seed ^ Math.imul(stream, 0x9e3779b1))",
    to: "seed",
    tests: ["tests/testing/random_test.ts", ...edges],
    why: "the order of tasks and Math.random go together",
  },
  {
    file: "src/testing/pct_chooser.ts",
    from: "if (change === this.#step)",
    to: "if (false)",
    tests: pct,
    why: "priorities of PCT never change: no bug deeper than 1 is found",
  },
  {
    file: "src/testing/pct_chooser.ts",
    from: "    if (this.#inRow > patience) {",
    to: "    if (false) {",
    tests: ["tests/laws/fairness_test.ts", ...edges],
    why: "PCT runs a loop that waits by yielding for ever",
  },
  {
    file: "src/testing/pct_chooser.ts",
    from: "priority: this.#fallen + this.#random.below(2 ** 31)",
    to: "priority: this.#fallen",
    tests: pct,
    why: "PCT gives all tasks the same priority",
  },
  {
    file: "src/testing/pct_chooser.ts",
    from: "highest = this.#lower(highest, index + 1, ready);",
    to: "highest = this.#lower(highest, --this.#lowest, ready);",
    tests: pct,
    why:
      "who is stopped second never goes on before who was stopped first: not the PCT of the paper",
  },
  {
    file: "src/testing/pct_chooser.ts",
    from: "      if (ready.placeOf(ranked.task) >= 0) return ranked;",
    to: "      if (ranked.task.isQueued) return ranked;",
    tests: pct,
    why: "PCT takes a task that was cancelled before it began for ready, for ever",
  },
  {
    file: "src/testing/simulate.ts",
    from: "seed <= probes; seed++",
    to: "seed < 1; seed++",
    tests: pct,
    why: "PCT counts the choices of one order only, and never changes beyond",
  },
  {
    file: "src/testing/reduced_search.ts",
    from: "    for (const task of last?.ready ?? []) last!.tried.add(task);",
    to: "",
    tests: ["tests/testing/reduction_meets_test.ts"],
    why: "reduction passes over what a task would do that is cancelled before it begins",
  },
  {
    file: "src/testing/recording_queue.ts",
    from: "        this.#brokenOff = true;",
    to: "        this.#exhausted = true;",
    tests: edges,
    why: "shrinking takes a run that it broke off for a livelock",
  },
  {
    file: "src/testing/run_once.ts",
    from: "if (!isTimed) return this.#awaitHost();",
    to: "if (!isTimed) return;",
    tests: ["tests/testing/outside_test.ts"],
    why: "a callback that nobody calls hangs the simulation [D3]",
  },
  {
    file: "src/testing/choosing_queue.ts",
    from: "    if (++this.#served % ageingInterval !== 0) return;",
    to: "    if (Date.now() > 0) return;",
    tests: ["tests/laws/fairness_test.ts"],
    why: "a higher priority starves the others in all but random schedules [F1]",
  },
  {
    file: "src/testing/exhaustive_search.ts",
    from: "++this.#count > this.#bound",
    to: "++this.#count >= this.#bound",
    tests: explore,
    why: "one deviation less than asked for is tried",
  },
  {
    file: "src/testing/exhaustive_search.ts",
    from: "      if (parent.place < count) return true;",
    to: "      if (parent.place < Math.min(2, count)) return true;",
    tests: explore,
    why: "of three ready tasks one is never tried",
  },
  {
    file: "src/testing/exhaustive_search.ts",
    from: '    if (!this.#follows(decisions)) return "diverged";\n',
    to: "",
    tests: [...explore, ...edges],
    why: "an exhaustive search does not notice what is outside its control [D2]",
  },
  {
    file: "src/testing/recording_queue.ts",
    from: "this.trace.length >= this.#maxSteps &&",
    to: "this.trace.length > this.#maxSteps &&",
    tests: [...simulate, "tests/laws/determinism_test.ts"],
    why: "one step too many [D4]",
  },
  {
    file: "src/testing/run_once.ts",
    from: "    if (this.#jump()) return;\n    this.#finish",
    to: "    if (this.#jump() || true) return;\n    this.#finish",
    tests: simulate,
    why: "a deadlock hangs [D3]",
  },
  {
    file: "src/testing/run_once.ts",
    from: "  #ended(root: TaskNode): void {\n    this.#reportUnobserved();\n",
    to: "  #ended(root: TaskNode): void {\n",
    tests: edges,
    why: "a root that failed unobserved just before the end is forgotten [S10]",
  },
  {
    file: "src/testing/run_once.ts",
    from: "    this.#setup.watch?.idle();\n    this.#reportUnobserved();\n",
    to: "    this.#setup.watch?.idle();\n",
    tests: edges,
    why: "a failure may be observed however late [S10]",
  },
  {
    file: "src/testing/interrupt_everywhere.ts",
    from: "        if (step !== at) return;",
    to: "        if (step !== at + 1) return;",
    tests: explore,
    why: "a program is not cancelled before its first step",
  },
  {
    file: "src/testing/interrupt_everywhere.ts",
    from: "      if (leaks.length > 0) throw new LeakError(leaks);\n",
    to: "",
    tests: explore,
    why: "what a cancelled program leaves behind goes unseen",
  },
  {
    file: "src/testing/interrupt_everywhere.ts",
    from: "!(outcome.error instanceof CancelledError && reached)",
    to: "!reached",
    tests: edges,
    why: "a cleanup that fails goes unseen",
  },
  {
    file: "src/testing/replay.ts",
    from: "    mix(task);\n",
    to: "",
    tests: [...explore, ...edges],
    why: "a replay in another order passes for the same [D2]",
  },
  {
    file: "src/testing/replay.ts",
    from: "  if (fingerprintOf(result) !== recording.fingerprint) {",
    to: "  if (false) {",
    tests: explore,
    why: "a replay of another program is not noticed [D2]",
  },
  {
    file: "src/testing/shrink.ts",
    from: "result.outcome.ok || outcome.ok || !sameFailure(result.outcome.error, outcome.error)",
    to: "result.outcome.ok || outcome.ok",
    tests: [...explore, ...edges],
    why: "shrinking ends at another failure",
  },
  {
    file: "src/testing/shrink.ts",
    from: "    if (weight(candidate) >= weight(this.best)) return false;\n",
    to: "",
    tests: [...explore, "tests/testing/known_bugs_test.ts"],
    why: "shrinking grows",
  },
  {
    file: "src/testing/decisions.ts",
    from: "    this.made.push({ count, chosen, stay: -1 });\n",
    to: "",
    tests: explore,
    why: "which case of a select was picked is not written down [D2]",
  },
  {
    file: "src/testing/leak.ts",
    from: "    if (!except.has(id)) {",
    to: "    if (true) {",
    tests: explore,
    why: "a program leaks itself",
  },
  {
    file: "src/testing/linearizability.ts",
    from: "call.called > soonest) continue;",
    to: "false) continue;",
    tests: ["tests/testing/linearizability_test.ts"],
    why: "an operation may happen before one that had returned",
  },
  {
    file: "src/testing/linearizability.ts",
    from: "  if (open.every(({ returned }) => returned === Infinity)) return true;",
    to: "  if (open.length === 0) return true;",
    tests: ["tests/testing/linearizability_test.ts"],
    why: "what has not returned must have happened",
  },
  {
    file: "src/testing/expect_order.ts",
    from: "    wrong ??= error;\n",
    to: "",
    tests: ["tests/testing/expect_order_test.ts"],
    why: "a wrong mark is forgotten when its error is swallowed",
  },
  {
    file: "src/testing/controlled_globals.ts",
    from: "      globalThis.Date = real.Date;\n",
    to: "",
    tests: explore,
    why: "the host keeps the virtual Date",
  },
  {
    file: "src/testing/schedule.ts",
    from: "  while (end > 0 && decisions[end - 1] === 0) end--;\n",
    to: "  end--;\n",
    tests: explore,
    why: "a replay string loses its last decision [D2]",
  },
];
