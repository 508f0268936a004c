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
