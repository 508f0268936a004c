/**
 * The thread of the watchdog: hears of every signal that the command listens to, and looks whether the main thread does.
 *
 * @module
 */

/** How long the main thread has to answer, in milliseconds. */
const patience = 300;

const write = (text: string): void =>
  void Deno.stderr.writeSync(new TextEncoder().encode(`heddle: ${text}\n`));

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends the process from this thread. `Deno.exit` would end the thread only, so it is the system's own that is called; where
 * that is not permitted the process kills itself, and the exit code is 137.
 */
function leave(signal: keyof typeof exitCodes): void {
  const libraries = { linux: "libc.so.6", darwin: "libSystem.dylib" } as { [os: string]: string };
  const library = libraries[Deno.build.os];
  if (library !== undefined && Deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    try {
      Deno.dlopen(library, { _exit: { parameters: ["i32"], result: "void" } })
        .symbols._exit(exitCodes[signal]);
    } catch {
      // Another system has another library.
    }
  }
  Deno.kill(Deno.pid, "SIGKILL");
}

addEventListener("message", (event) => {
  const heard: Int32Array = (event as MessageEvent).data;
  let signals = 0;
  const look = (count: number, signal: "SIGINT" | "SIGTERM"): void => {
    if (Atomics.load(heard, 0) >= count) return;
    if (count > 1) return leave(signal);
    write(
      "a job computes in the main thread and cannot be cancelled there; a second signal ends it by force",
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, () => {
      const count = ++signals;
      setTimeout(() => look(count, signal), patience);
    });
  }
  (globalThis as unknown as { postMessage(message: null): void }).postMessage(null);
});
