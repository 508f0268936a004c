/**
 * The gate: every check a change has to pass, in order, up to the first that fails. Its last line
 * is `N passed, N failed`, counted from the report of the test run.
 *
 * @module
 */
import { countTests, type TestCounts } from "./test_report.ts";

const ROOT = new URL("../", import.meta.url);
const REPORT = new URL(".reports/tests.xml", ROOT);

interface Step {
  name: string;
  /** Arguments for the running deno. */
  args: string[];
}

const TESTS = "tests, doc tests";

function steps(entries: string[]): Step[] {
  return [
    // Before anything else: what a command fetches on its way, it tells on stderr.
    { name: "dependencies", args: ["install", "--frozen"] },
    { name: "format", args: ["fmt", "--check"] },
    { name: "lint", args: ["lint"] },
    { name: "types, docs included", args: ["check", "--doc", "."] },
    {
      name: "doc lint",
      args: ["run", "--no-prompt", "--allow-run", "tools/doc_lint.ts", ...entries],
    },
    // The very command of the README, so that what it promises is what has been tried.
    { name: TESTS, args: ["task", "test"] },
    { name: "other runtimes", args: ["run", "--no-prompt", "--allow-all", "tools/runtimes.ts"] },
    { name: "test runners", args: ["run", "--no-prompt", "--allow-all", "tools/test_runners.ts"] },
    // The tree is dirty while one works; what would be published is checked all the same.
    { name: "publish, dry run", args: ["publish", "--dry-run", "--allow-dirty"] },
  ];
}

async function packageEntries(): Promise<string[]> {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  return Object.values<string>(exports);
}

async function passes({ name, args }: Step): Promise<boolean> {
  console.log(`\n== ${name}: deno ${args.join(" ")}`);
  const start = performance.now();
  const { success, code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${name}: ${success ? "ok" : `failed with exit code ${code}`} after ${seconds} s`);
  return success;
}

async function removeReport(): Promise<void> {
  try {
    await Deno.remove(REPORT);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function readCounts(): Promise<TestCounts | undefined> {
  try {
    return countTests(await Deno.readTextFile(REPORT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function stop(reason: string): never {
  console.error(`\nThe gate is closed: ${reason}`);
  Deno.exit(1);
}

function countLine({ passed, failed }: TestCounts): string {
  return `${passed} passed, ${failed} failed`;
}

if (import.meta.main) {
  // Else a run that never gets as far as the tests would be judged by the report of another.
  await removeReport();
  let counts: TestCounts | undefined;

  for (const step of steps(await packageEntries())) {
    const ok = await passes(step);
    if (step.name === TESTS) {
      counts = await readCounts();
      if (counts && counts.failed > 0) {
        console.error("\nThe gate is closed: a test failed");
        console.log(countLine(counts));
        Deno.exit(1);
      }
      // A module that does not load, or an error after the last test, is in no report: a line
      // that says "0 failed" would be a lie.
      if (ok && !counts?.passed) stop("no test has passed");
    }
    if (!ok) stop(`${step.name} failed`);
  }
  if (counts === undefined) stop("no test report was written");
  if (counts.ignored > 0) console.log(`\n${counts.ignored} ignored on this platform`);
  console.log(`\n${countLine(counts)}`);
}
