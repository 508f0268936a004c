/** The conformance suite on every executor there is. */
import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  ParallelPool,
  SoloExecutor,
} from "../../mod.ts";
import { executorConformance } from "../../testing.ts";

const makers: { [name: string]: [make: () => Executor, functions: boolean] } = {
  solo: [() => new SoloExecutor(), true],
  "green of 4": [() => new GreenPool({ size: 4 }), true],
  green: [() => new GreenPool(), true],
  threads: [() => new ParallelPool({ size: 2 }), false],
  processes: [() => new ParallelPool({ size: 2, isolation: "process" }), false],
  adaptive: [() => new AdaptiveExecutor(), true],
  "adaptive of 3": [() => new AdaptiveExecutor({ green: new GreenPool({ size: 3 }) }), true],
};

for (const [kind, [make, functions]] of Object.entries(makers)) {
  for (const { name, fn } of executorConformance(make, { functions })) {
    Deno.test(`${kind}: ${name}`, fn);
  }
}
