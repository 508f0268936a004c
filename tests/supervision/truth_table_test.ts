import { assertEquals } from "@std/assert";
import { simulate } from "../../testing.ts";
import {
  type ChildOutcome,
  type RestartType,
  sleep,
  type Strategy,
  supervise,
  suspend,
} from "../../mod.ts";
import { listened, noting } from "./_children.ts";

/** How a child can end: by itself, by someone else, and in three ways by its supervisor. */
type Ending = ChildOutcome | "stopped by a command" | "stopped for another" | "stopped with all";

const strategies: readonly Strategy[] = ["one_for_one", "one_for_all", "rest_for_one"];
const restarts: readonly RestartType[] = ["permanent", "transient", "temporary"];
const endings: readonly Ending[] = [
  "completed",
  "failed",
  "cancelled",
  "stopped by a command",
  "stopped for another",
  "stopped with all",
];

/**
 * The table of the module doc. The child in question stands between two others; `log` is what becomes of all three after
 * its end: what is stopped (-) and started (+), in order. `status` is how it stands after.
 */
function expected(
  strategy: Strategy,
  restart: RestartType,
  ending: Ending,
): { status: string | undefined; log: string } {
  const forgotten = restart === "temporary";
  const others = {
    one_for_one: "+b",
    one_for_all: "-c -a +a +b +c",
    rest_for_one: "-c +b +c",
  };
  switch (ending) {
    case "completed":
    case "cancelled":
      if (restart === "permanent") return { status: "running", log: others[strategy] };
      return { status: forgotten ? undefined : ending, log: "" };
    case "failed":
      if (forgotten) return { status: undefined, log: "" };
      return { status: "running", log: others[strategy] };
    case "stopped by a command":
      return { status: forgotten ? undefined : "stopped", log: "-b" };
    case "stopped with all":
      return { status: forgotten ? undefined : "stopped", log: "-c -b -a" };
    case "stopped for another":
      // The first child fails.
      if (strategy === "one_for_one") return { status: "running", log: "+a" };
      if (forgotten) return { status: undefined, log: "-c -b +a +c" };
      return { status: "running", log: "-c -b +a +b +c" };
  }
}

for (const strategy of strategies) {
  for (const restart of restarts) {
    for (const ending of endings) {
      Deno.test(`${strategy}: a ${restart} child that is ${ending} [V2] [V3]`, async () => {
        const { value } = await simulate(function* () {
          const log: string[] = [];
          let order: Ending | undefined;
          let first = true;
          const supervisor = yield* supervise([
            {
              id: "a",
              *start() {
                if (!first) return yield* noting(log, "a")();
                first = false;
                if (ending === "stopped for another") {
                  yield* sleep(5);
                  throw new Error("a failed");
                }
                try {
                  yield* suspend();
                } finally {
                  log.push("-a");
                }
              },
            },
            {
              id: "b",
              restart,
              *start() {
                // The second time it just runs.
                if (order !== undefined) return yield* noting(log, "b")();
                order = ending;
                if (ending === "completed" || ending === "failed") {
                  yield* sleep(5);
                  if (ending === "failed") throw new Error("b failed");
                  return;
                }
                try {
                  yield* suspend();
                } finally {
                  if (ending !== "cancelled") log.push("-b");
                }
              },
            },
            { id: "c", start: noting(log, "c") },
          ], { strategy, events: listened() });
          yield* sleep(1);
          assertEquals(log.splice(0), ["+c"]);
          const child = () => supervisor.children().find(({ id }) => id === "b");
          if (ending === "cancelled") void child()!.task!.cancel();
          if (ending === "stopped by a command") yield* supervisor.stop("b");
          if (ending === "stopped with all") yield* supervisor.shutdown();
          yield* sleep(10);
          return { status: child()?.status, log: log.join(" ") };
        });
        assertEquals(value, expected(strategy, restart, ending));
      });
    }
  }
}
