/**
 * A schedule: what was decided, each time when there was more than one way to go on.
 *
 * @module
 */

import { describe } from "../kernel/work.ts";

/**
 * The decisions of a run, in order. Each is a place: among the tasks that are ready, in the order in which the real
 * scheduler would run them, or among the cases of a `select`. So 0 is what the real scheduler does; what comes after the
 * last decision is decided so. A place beyond the last is the last.
 */
export interface Schedule {
  /** The places, from 0. */
  readonly decisions: readonly number[];
}

/** A schedule, and what is needed to tell whether a run that follows it does the same. */
export interface Recording extends Schedule {
  /** Where chance came from, that is not a decision. */
  readonly seed: number;
  /** A number that stands for who took each step, and when. */
  readonly fingerprint: number;
  /** How it was run, where that is out of the ordinary. */
  readonly settings: Settings;
}

/** What decides, with the schedule, what a run comes to. */
export interface Settings {
  readonly globals?: boolean;
  readonly interruptions?: boolean;
  readonly stepCost?: number;
  readonly patience?: number;
  readonly hostTimeout?: number;
  readonly maxSteps?: number;
}

/** The letters for numbers among the settings; `g` stands for `globals`, `i` for `interruptions`. */
const letters = { c: "stepCost", p: "patience", m: "maxSteps", h: "hostTimeout" } as const;

const version = "h1";

/** Writes a recording as a short string: digits of base 36, of the same several times the number of times. */
export function encode({ decisions, seed, fingerprint, settings }: Recording): string {
  const parts: string[] = [];
  let end = decisions.length;
  while (end > 0 && decisions[end - 1] === 0) end--;
  for (let at = 0; at < end;) {
    let next = at + 1;
    while (next < end && decisions[next] === decisions[at]) next++;
    const count = next - at;
    parts.push(decisions[at].toString(36) + (count === 1 ? "" : `*${count.toString(36)}`));
    at = next;
  }
  const fields = [version, seed.toString(36), fingerprint.toString(36), parts.join(".")];
  const given = settings.globals === true ? ["g"] : [];
  if (settings.interruptions === true) given.push("i");
  for (const [letter, name] of Object.entries(letters)) {
    if (settings[name] !== undefined) given.push(`${letter}${settings[name]}`);
  }
  if (given.length > 0) fields.push(given.join(","));
  return fields.join(":");
}

/**
 * Reads what {@linkcode encode} wrote.
 *
 * @throws {TypeError} when it is not such a string
 */
export function decode(text: string): Recording {
  const match = typeof text === "string"
    ? /^h1:(-?[0-9a-z]+):([0-9a-z]+):((?:[0-9a-z]{1,5}(?:\*[0-9a-z]{1,4})?(?:\.|(?=:|$)))*)(?::((?:(?:g|i|[cpmh](?:[0-9.e+-]+|Infinity))(?:,|$))+))?$/
      .exec(text.trim())
    : null;
  if (match === null) {
    throw new TypeError(
      `Cannot replay: 'replay' must be the replay string of a failure: current value is ${
        describe(text)
      }`,
    );
  }
  const decisions: number[] = [];
  for (const part of match[3] === "" ? [] : match[3].split(".")) {
    const [place, count = "1"] = part.split("*");
    for (let left = parseInt(count, 36); left > 0; left--) decisions.push(parseInt(place, 36));
  }
  const settings: { -readonly [K in keyof Settings]: Settings[K] } = {};
  for (const given of match[4]?.split(",") ?? []) {
    if (given === "g") settings.globals = true;
    else if (given === "i") settings.interruptions = true;
    else settings[letters[given[0] as keyof typeof letters]] = Number(given.slice(1));
  }
  return {
    decisions,
    seed: parseInt(match[1], 36),
    fingerprint: parseInt(match[2], 36),
    settings,
  };
}

/** Throws a `TypeError` unless `schedule` is one. */
export function checkSchedule(schedule: unknown): asserts schedule is Schedule {
  const decisions = (schedule as Schedule | null)?.decisions;
  if (
    Array.isArray(decisions) && decisions.every((place) => Number.isInteger(place) && place >= 0)
  ) {
    return;
  }
  throw new TypeError(
    `Cannot simulate: 'schedule' must be { decisions }, an array of whole numbers: current value is ${
      describe(schedule)
    }`,
  );
}
