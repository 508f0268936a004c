import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  AdaptiveExecutor,
  type Executor,
  GreenPool,
  JobModuleError,
  jobsFrom,
  ParallelPool,
  SoloExecutor,
} from "../../mod.ts";

const makers: Record<string, () => Executor> = {
  solo: () => new SoloExecutor(),
  green: () => new GreenPool(),
  parallel: () => new ParallelPool({ size: 1 }),
  process: () => new ParallelPool({ size: 1, isolation: "process" }),
  adaptive: () => new AdaptiveExecutor(),
};

for (const [kind, make] of Object.entries(makers)) {
  Deno.test(`${kind}: what is the matter with a job's module is said in the same words [E1]`, async () => {
    await using executor = make();
    const at = (name: string) => import.meta.resolve(`./parallel/fixtures/${name}.ts`);
    const wrong = [
      jobsFrom<{ any: () => void }>(at("broken")).any(),
      jobsFrom<{ any: () => void }>(at("broken_init")).any(),
      jobsFrom<{ any: () => void }>(at("no_such_module")).any(),
      jobsFrom<{ any: () => void }>(at("pool_jobs")).any(),
    ];
    const errors: string[] = [];
    for (const job of wrong) {
      const error = await executor.submit(job).then(() => undefined, (error) => error);
      assertInstanceOf(error, JobModuleError);
      errors.push(`${error.message.split("'file:")[0]}, ${error.export}`);
    }
    // Only the last is in order itself; the runtime's own words are those of the first three.
    assertEquals(errors.map((error) => error.split(" ")[1]), [
      "import",
      "initialise",
      "import",
      "run",
    ]);
    assertEquals(errors.at(-1)?.split(", ").at(-1), "any");
  });
}
