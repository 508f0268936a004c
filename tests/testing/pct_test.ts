/** The guarantee of PCT: one run finds a bug of depth d with a chance of at least 1 / (n · k^(d-1)). */
import { assert } from "@std/assert";
import { all, race, sleep, yieldNow } from "../../mod.ts";
import { explore } from "../../testing.ts";
import { PctChooser } from "../../src/testing/pct_chooser.ts";
import { runOnce } from "../../src/testing/run_once.ts";
import { choicesOf, setupOf } from "../../src/testing/simulate.ts";
import type { Program } from "./_scenes.ts";

/** Tasks that take so many turns each, and fail when they took them in a certain order. */
function failingIn(wanted: RegExp, turns: Readonly<Record<string, number>>): Program {
  return function* () {
    let order = "";
    const task = (name: string, count: number) =>
      function* () {
        for (let left = count; left > 0; left--) {
          order += name;
          if (left > 1) yield* yieldNow();
        }
      };
    yield* all(Object.entries(turns).map(([name, count]) => task(name, count)));
    if (wanted.test(order)) throw new Error("found");
  };
}

/** Bugs of a known depth: how many tasks have a part in them, and the orderings that each needs. */
const bugs: readonly (readonly [what: string, depth: number, tasks: number, program: Program])[] = [
  ["b comes first", 1, 3, failingIn(/^b/, { a: 2, b: 2, c: 2 })],
  ["b comes between two turns of a", 2, 2, failingIn(/^aaaba/, { a: 8, b: 1 })],
  ["a goes on before b, who was stopped after", 3, 2, failingIn(/^aabbaab/, { a: 4, b: 3 })],
];

const runs = 4000;

for (const [what, depth, tasks, program] of bugs) {
  Deno.test(`PCT keeps its guarantee for a bug of depth ${depth}: ${what}`, async () => {
    const setup = setupOf({}, "explore");
    const choices = await choicesOf(program, setup);
    let found = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const chooser = new PctChooser(seed, depth, choices);
      const { outcome } = await runOnce(program, { ...setup, seed, chooser });
      if (!outcome.ok) found++;
    }
    const guaranteed = runs / (tasks * choices ** (depth - 1));
    // By chance it may be a little less.
    assert(
      found >= guaranteed - 3 * Math.sqrt(guaranteed),
      `found in ${found} of ${runs} runs, guaranteed are ${guaranteed} (k = ${choices})`,
    );
  });
}

Deno.test("PCT has who is stopped second go on before who was stopped first, too", async () => {
  const program = failingIn(/^abcccb+a/, { a: 2, b: 2, c: 3 });
  const { ok } = await explore(program, { strategy: "pct", depth: 3 });
  assert(!ok);
});

Deno.test("PCT counts choices in more orders than one: the slow may be the last in one, and have none", async () => {
  const { ok } = await explore(failingIn(/^bbbbbbab/, { a: 1, b: 8 }), {
    strategy: "pct",
    depth: 2,
  });
  assert(!ok);
});

Deno.test("PCT chooses among those who are ready, where some were cancelled before they began", async () => {
  const program = function* () {
    for (let round = 0; round < 3; round++) {
      yield* race([() => "a", yieldNow, () => "b"]);
      yield* sleep(1); // those that never began have their turn alone
    }
  };
  const setup = setupOf({}, "explore");
  for (let seed = 1; seed <= 200; seed++) {
    const chooser = new PctChooser(seed, 3, 10);
    const { decisions } = await runOnce(program, { ...setup, seed, chooser });
    for (const { chosen, count } of decisions) {
      assert(chosen >= 0 && chosen < count, `${chosen} of ${count} with the seed ${seed}`);
    }
  }
});
