/**
 * Sends what jobs print to stderr, so that stdout holds results and nothing else. It acts when it is imported, once in
 * each thread.
 *
 * @module
 */

import { Console } from "node:console";
import process from "node:process";

const onStderr = new Console(process.stderr, process.stderr) as unknown as Record<string, unknown>;
for (const [name, method] of Object.entries(console as unknown as Record<string, unknown>)) {
  const replacement = onStderr[name];
  if (typeof method !== "function" || typeof replacement !== "function") continue;
  (console as unknown as Record<string, unknown>)[name] = replacement.bind(onStderr);
}

process.stdout.write = process.stderr.write.bind(process.stderr);

type Writer = Record<"write" | "writeSync", (bytes: Uint8Array) => unknown>;
const { Deno: deno } = globalThis as unknown as { Deno?: Record<"stdout" | "stderr", Writer> };
if (deno !== undefined) {
  const { stdout, stderr } = deno;
  stdout.write = (bytes) => stderr.write(bytes);
  stdout.writeSync = (bytes) => stderr.writeSync(bytes);
}
