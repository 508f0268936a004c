/**
 * `heddle map`: how it is called.
 *
 * @module
 */

import { type Command, Option } from "./packages.ts";
import { type MapFlags, mapInputs } from "./map_inputs.ts";
import { onErrorChoices } from "./mapping.ts";
import { pools } from "./lanes.ts";
import { duration, rate, wholeNumber } from "./option_values.ts";

const details = `
Inputs are the arguments, or else the lines of stdin; empty lines are left out.
Inputs that begin with '-' come after '--'. The function is called with one
input: a string, or with --json the value. It may be synchronous, async, a
coroutine (generator function), or an async generator function, each of whose
items becomes a line. What it prints goes to stderr.

Results are JSON, one a line, in the order of the inputs: undefined as null, a
bigint as a string of digits.

Pools:
  auto      here what waits, on workers what computes: learned from how long
            calls hold the thread. With --timeout all go to workers, since
            nothing else can be stopped while it computes
  green     in this thread, 1000 at a time, for what waits. --timeout cannot
            stop what computes
  parallel  on workers, as many as there are processors, for what computes
  solo      in this thread, one at a time

On workers one input at a time is done by each, so that one that dies takes no
other with it. For inputs that only wait add --per-worker, as in
--pool parallel --per-worker 50; those under way in a worker that dies fail.

Failures:
  fail      stops: results before the failed input are written, the rest is
            cancelled
  skip      reports each on stderr and goes on
  collect   writes {"input":…,"error":{"name":…,"message":…,…}} in the place of
            the result and goes on
A stream is tried again by --retries as long as nothing of it has been written;
its items are held back for that until it ends, up to 1 MiB.

--rate counts attempts as they begin: 10/s, 600/m, 5/100ms. --priority names a
field of JSON inputs (.urgency, .order.total), or a function that the module
exports; of up to 10000 inputs read ahead, the one with the highest number begins
first, and every eighth is the one that has waited longest.

Resuming:
  With --resume FILE each finished input is written to the file with its result.
  The same command then goes on where it was, however it ended, kill -9 and
  failures included, and writes all results again, the old ones without calling
  the function: so send them to a new file, with >. Inputs are known by their
  text; failed ones are tried again. Remove the file to begin anew.

--trace FILE writes what ran when and where, for https://ui.perfetto.dev or
chrome://tracing.

Exit codes:
  0 all is well, 1 an input failed, 2 wrong usage, 130 interrupted (a second
  Ctrl-C leaves at once), 143 terminated

Examples:
  $ heddle map ./jobs.ts#square --json 1 2 3
  $ seq 1 100000 | heddle map ./jobs.ts#square --pool green
  $ heddle map ./images.ts#thumbnail --progress *.jpg
  $ heddle map ./crawl.ts#title -c 50 --timeout 5s --retries 2 --rate 20/s \\
      --on-error collect < urls.txt
  $ heddle map ./films.ts#encode --resume films.journal < films.txt > out.jsonl
  $ heddle map ./jobs.ts#negate --json -- -1 -2`;

/** Adds `map` to the program; `finish` hears its exit code. */
export function addMapCommand(program: Command, finish: (code: number) => void): void {
  program.command("map")
    .summary("call a function for each input")
    .description(
      "Calls an exported function for each input, many at a time, and writes the results.",
    )
    .usage("[options] <module>#<export> [inputs...]")
    .argument(
      "<module#export>",
      "a module (a path, a URL, jsr: or npm:) and the name of a function that it exports",
    )
    .argument("[inputs...]", "what to call it with; from stdin when there are none")
    .addOption(new Option("--json", "inputs are JSON, one value each").default(false, "text"))
    .addOption(new Option("--pool <pool>", "where the work is done").choices(pools).default("auto"))
    .option(
      "-c, --concurrency <n>",
      "how many inputs at a time; on workers: how many workers",
      wholeNumber(1),
    )
    .option(
      "--per-worker <n>",
      "how many inputs a worker has under way (default: 1)",
      wholeNumber(1),
    )
    .option("--rate <n/time>", "how many inputs may begin in a time: 10/s, 600/m", rate)
    .option("--priority <what>", "begin first with what has the highest: .field, or an export")
    .option("--unordered", "write results as they are ready")
    .option(
      "--timeout <time>",
      "how long one attempt may take: 5s, 500ms, 2m, 1000 (milliseconds)",
      duration,
    )
    .addOption(
      new Option("--retries <n>", "how often to try again after a failure")
        .argParser(
          wholeNumber(0),
        ).default(0),
    )
    .addOption(
      new Option("--on-error <what>", "what a failure does").choices(onErrorChoices).default(
        "fail",
      ),
    )
    .option("--resume <file>", "keep a journal of finished inputs there, and go on from it")
    .option("--trace <file>", "write a timeline for Perfetto or Chrome there")
    .option("--dry-run", "tell what would be run, on what and how, and run nothing")
    .option("--progress", "show how far the work has come, on stderr")
    .option("--stats", "print lanes, counts, times and routes at the end, on stderr")
    .addHelpText("after", details)
    .showHelpAfterError(
      "Run 'heddle map --help' for all options. Inputs that begin with '-' come after '--'.",
    )
    .action(async (target: string, inputs: string[], flags: MapFlags) => {
      finish(await mapInputs(target, inputs, flags));
    });
}
