/**
 * The globals that make a program depend on when and where it runs, under the control of a simulation while its tasks
 * have their steps, and only then.
 *
 * @module
 */

import type { Clock } from "../kernel/clock.ts";
import type { Enter } from "../kernel/environment.ts";
import { witness } from "../kernel/witness.ts";
import { Random } from "./random.ts";

/** The moment of `Date` at which a simulation begins: the 1st of January 2000, UTC. */
const epoch = Date.UTC(2000, 0, 1);

/** What wraps each step: `Math.random` by a seed, `Date` and `performance.now` by the virtual clock. */
export function controlledGlobals(clock: Clock, seed: number): Enter {
  const chance = new Random(seed, 2);
  const random = (): number => {
    witness.now?.touches(Math);
    return chance.below(2 ** 32) / 2 ** 32;
  };
  const performanceNow = (): number => clock.now();
  const RealDate = Date;
  const now = (): number => epoch + clock.now();
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => key === "now" ? now : Reflect.get(target, key),
  });
  return (step) => {
    const real = { random: Math.random, Date: globalThis.Date, now: performance.now };
    Math.random = random;
    globalThis.Date = VirtualDate;
    performance.now = performanceNow;
    try {
      return step();
    } finally {
      Math.random = real.random;
      globalThis.Date = real.Date;
      performance.now = real.now;
    }
  };
}
