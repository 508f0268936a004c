/**
 * Laws as small programs: each throws when its law does not hold, whatever the schedule.
 *
 * @module
 */

import fc from "fast-check";
import type { Effect, Thunk } from "../../mod.ts";
import { explore, interruptEverywhere, simulate } from "../../testing.ts";

/** How many schedules of each kind a program is run under. */
const randomRuns = 300;
const pctRuns = 200;
export const pctDepths = [1, 2, 3] as const;
/** How many schedules all of them may be. */
const mostExhaustive = 10_000;
/** The schedules under which a program is cancelled before each of its steps. */
const sweepSeeds = [1, 2, 3, 4, 5] as const;
/** How many generated programs there are, each of which is run once at random, and once for each depth of PCT. */
const generatedPrograms = 100;

/** How a program is checked. */
export interface LawOptions {
  /**
   * In how many decisions the exhaustive schedules may deviate from the real scheduler's; 0 for none at all. A program
   * for which there are too many schedules should be made smaller, or get a bound.
   *
   * @default Infinity
   */
  deviations?: number;
  /**
   * Whether it is also cancelled before each of its steps. Then it may end with nothing but its cancellation, and leave
   * nothing behind, but what it should hold by then is for its `finally` blocks to say.
   *
   * @default true
   */
  interrupted?: boolean;
}

/** How many schedules a property was checked under. */
export interface Schedules {
  readonly random: number;
  /** For each depth of PCT. */
  readonly pct: readonly number[];
  readonly exhaustive: { readonly runs: number; readonly deviations: number } | null;
  /** Runs that were cancelled. */
  readonly interrupted: number;
  /** How many programs were generated; 0 for one that was written by hand. */
  readonly programs: number;
}

/** None of any kind. */
export const unexplored: Schedules = {
  random: 0,
  pct: [0, 0, 0],
  exhaustive: null,
  interrupted: 0,
  programs: 0,
};

/** A law, with what checks it. */
export interface Property {
  /** What holds, with the identifiers of its laws in brackets. */
  readonly name: string;
  /** The program, when it is one, written by hand. */
  readonly program: Program | null;
  /** Runs it, and throws when it does not hold. */
  check(): Promise<Schedules>;
}

/** All that were stated, in order. */
export const properties: Property[] = [];

type Program = () => Generator<Effect<unknown>, unknown, unknown>;

/** States a law by a program, which is run under random, PCT and exhaustive schedules, and cancelled at every step. */
export function law(name: string, program: Program, options: LawOptions = {}): void {
  const { deviations = Infinity, interrupted = true } = options;
  state({
    name,
    program,
    async check() {
      const pct: number[] = [];
      const random = await hold(program, { strategy: "random", runs: randomRuns });
      for (const depth of pctDepths) {
        pct.push((await hold(program, { strategy: "pct", depth, runs: pctRuns })).runs);
      }
      let exhaustive: Schedules["exhaustive"] = null;
      if (deviations > 0) {
        const limits = { strategy: "exhaustive", deviations, runs: mostExhaustive } as const;
        const { complete, runs } = await hold(program, limits);
        if (!complete) throw new Error(`There are more than ${runs} schedules: bound 'deviations'`);
        exhaustive = { runs, deviations };
      }
      let cut = 0;
      const counted = () => (cut++, program());
      for (const seed of interrupted ? sweepSeeds : []) {
        await interruptEverywhere(counted, undefined, { seed });
      }
      return { random: random.runs, pct, exhaustive, interrupted: cut, programs: 0 };
    },
  });
}

/** States a law for all programs of a kind. */
export function lawOfAll<P>(
  name: string,
  plans: fc.Arbitrary<P>,
  program: (plan: P) => Program,
): void {
  state({
    name,
    program: null,
    async check() {
      let random = 0;
      const pct = pctDepths.map(() => 0);
      await fc.assert(
        fc.asyncProperty(plans, fc.integer(), async (plan, seed) => {
          random++;
          await simulate(program(plan), { seed });
          for (const [at, depth] of pctDepths.entries()) {
            pct[at]++;
            await simulate(program(plan), { seed, strategy: "pct", depth });
          }
        }),
        { numRuns: generatedPrograms },
      );
      return { random, pct, exhaustive: null, interrupted: 0, programs: generatedPrograms };
    },
  });
}

/** States a law of the simulation itself, which no simulated program could check. */
export function lawBy(name: string, check: () => Promise<Schedules>): void {
  state({ name, program: null, check });
}

/** Explores, and throws the story of what fails. */
async function hold(work: Thunk<unknown>, options: Parameters<typeof explore>[1]) {
  const report = await explore(work, options);
  const { failure } = report;
  if (failure === undefined) return report;
  throw new Error(
    `It does not hold (${options?.strategy}, run ${report.runs}): ${failure.story}\n${failure.replay}`,
    { cause: failure.error },
  );
}

function state(property: Property): void {
  properties.push(property);
  Deno.test(property.name, async () => {
    const schedules = await property.check();
    const row = rowOf(property.name, schedules);
    const documented = await documentedRows();
    if (!documented.has(row)) {
      throw new Error(`docs/laws.md does not say so; run 'deno task laws': ${row}`);
    }
  });
}

let documented: Promise<Set<string>> | undefined;

/** The rows of the table in docs/laws.md, without the spaces that align them. */
function documentedRows(): Promise<Set<string>> {
  return documented ??= Deno.readTextFile(new URL("../../docs/laws.md", import.meta.url))
    .then((text) => new Set(text.split("\n").map((line) => line.trim().replace(/ +/g, " "))));
}

/** A property as a row of a Markdown table. */
export function rowOf(name: string, schedules: Schedules): string {
  const { random, pct, exhaustive, interrupted, programs } = schedules;
  const laws = [...name.matchAll(/\[([A-Z]\d+)\]/g)].map(([, law]) => law);
  const words = name.replace(/ *\[[A-Z]\d+\]/g, "").replaceAll("|", "\\|");
  const all = exhaustive === null
    ? "–"
    : exhaustive.deviations === Infinity
    ? `all ${exhaustive.runs}`
    : `${exhaustive.runs}, ≤ ${exhaustive.deviations} deviations`;
  const cells = [
    laws.join(" "),
    programs === 0 ? words : `${words} (${programs} generated programs)`,
    countOf(random),
    pct.some((runs) => runs > 0) ? pct.join(", ") : "–",
    all,
    countOf(interrupted),
  ];
  return `| ${cells.join(" | ")} |`;
}

function countOf(runs: number): string {
  return runs === 0 ? "–" : `${runs}`;
}
