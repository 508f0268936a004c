/**
 * A program that uses the pool, bundled for browsers by esbuild, as the guide to the parallel pool says it is done.
 *
 * @module
 */
import { transpile } from "./packed.ts";

const FIXTURES = "tests/executors/parallel/fixtures/";

/**
 * Bundles the program into the folder `bundled`.
 *
 * @param place the folder that has the packed library in its `node_modules`
 */
export async function bundle(place: string): Promise<void> {
  for (const name of ["app", "jobs"]) {
    await transpile(`${FIXTURES}bundled_${name}.ts`, `${place}/bundled_${name}.js`);
  }
  const entries = ["app=bundled_app.js", "jobs=bundled_jobs.js", "worker=@heddle/runtime/worker"];
  const options = ["--bundle", "--splitting", "--format=esm", "--target=es2022"];
  const { success, stderr } = await new Deno.Command("npx", {
    args: ["-y", "esbuild@0.25", ...entries, ...options, "--outdir=bundled"],
    cwd: place,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`esbuild:\n${new TextDecoder().decode(stderr)}`);
}
