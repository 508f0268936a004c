/** What the matrix has to give, on which runtime and with which isolation. */

export type Runtime = "deno" | "node" | "bun" | "browser";
export type Isolation = "thread" | "process";

const cannot = "UncloneableError: Cannot send to another thread:";

/** The lines of `program.ts`, in order. */
export function expected(runtime: Runtime, isolation: Isolation): [string, ...unknown[]][] {
  const isDeno = runtime === "deno";
  const isBrowser = runtime === "browser";
  const cells: [string, unknown][] = [
    ["custom error", {
      name: "HttpError",
      message: "no room",
      status: 503,
      cause: ["TypeError", "reset"],
      isDom: false,
    }],
    ["aggregate error", {
      name: "AggregateError",
      message: "both",
      parts: [["RangeError", "one"], ["HttpError", "two"]],
      isDom: false,
    }],
    ["DOM exception", {
      name: "QuotaExceededError",
      message: "too much",
      code: 22,
      isDom: true,
    }],
    ["thrown string", ["thrown a string"]],
    ["late failures", ["ok returned", "ok returned"]],
    ["process.exit", [isBrowser ? "ok process" : "WorkerLostError"]],
    ["exit after an await", ["WorkerLostError"]],
    ["exit, caught", ["WorkerLostError"]],
    // Elsewhere there is no such function, and the job does nothing.
    ["Deno.exit", [isDeno ? "WorkerLostError" : "ok deno"]],
    ["close()", [isDeno || isBrowser ? "WorkerLostError" : "ok close"]],
    ["40 exits at once", { WorkerLostError: 40 }],
    ["loop, with a timeout", ["TimeoutError"]],
    ["loop, cancelled", ["CancelledError"]],
    ["loop that looks at its signal, cancelled", ["CancelledError"]],
    ["result not cloneable", `${cannot} result.items[1].callback is a function`],
    ["argument not cloneable", `${cannot} arguments[0][0] is a function`],
    ["promise that never settles", ["TimeoutError"]],
    ["promise that never settles, cancelled", ["CancelledError"]],
    ["module that fails, twice", ["JobModuleError", "JobModuleError"]],
    ["module that never loads", ["TimeoutError", "CancelledError"]],
    ["module that kills its worker", { WorkerLostError: 20 }],
  ];
  if (runtime !== "bun" && !isBrowser) cells.push(["heap exhausted", ["WorkerLostError"]]);
  cells.push(
    ["dies with 1000 calls behind it", { "WorkerLostError": 1, "ok 2": 1000 }],
    ["aborted, running and queued", { CancelledError: 103 }],
    ["moved there and back", [true, 65536, 255, 255]],
    ["streams as arguments", ["ok 4995", "ok 4950", "ok 0", "RangeError"]],
    ["stream, closed without draining", "CancelledError"],
  );
  if (isolation === "process" && runtime !== "bun") {
    cells.push([
      "workers that die as they start",
      ["WorkerLostError", { WorkerLostError: 10 }],
    ]);
  }
  if (isolation === "process") {
    cells.push(["kill -9", { "WorkerLostError": 1, "CancelledError": 1, "ok 2": 100 }]);
  }
  // Deno has no way to stop a thread that loops; it is counted.
  const stuck = isDeno && isolation === "thread" ? 1 : 0;
  return [
    ...cells.map(([name, outcome]) => [name, outcome, "whole"] as [string, ...unknown[]]),
    ["left", { stuck, alive: 0 }],
  ];
}
