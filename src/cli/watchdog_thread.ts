/**
 * The thread of the watchdog: hears of every signal that the command listens to, and looks whether the main thread does.
 *
 * @module
 */

/** How long the main thread has to answer, in milliseconds. */
const patience = 300;

const write = (text: string): void =>
  void Deno.stderr.writeSync(new TextEncoder().encode(`heddle: ${text}\n`));

addEventListener("message", (event) => {
  const heard: Int32Array = (event as MessageEvent).data;
  let signals = 0;
  const look = (count: number): void => {
    if (Atomics.load(heard, 0) >= count) return;
    if (count > 1) return Deno.kill(Deno.pid, "SIGKILL");
    write(
      "a job computes in the main thread and cannot be cancelled there; a second signal ends it by force",
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, () => {
      const count = ++signals;
      setTimeout(() => look(count), patience);
    });
  }
  (globalThis as unknown as { postMessage(message: null): void }).postMessage(null);
});
