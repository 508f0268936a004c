/**
 * The bridge to Effection 4, both ways. To import it is enough.
 *
 * - Operations of this library run in programs of Effection's: the same objects, by plain `yield*`. What they bind to a
 *   scope (`spawn`, `ensure`, `resource`, `use`, `subscribe`, `context.set`) is bound to the scope of Effection's.
 * - Operations of Effection's run in coroutines of this library, by plain `yield*`. A task gets a scope of Effection's once
 *   it needs one, and the scope is destroyed before the task ends.
 * - {@linkcode toStream}, {@linkcode toSignal}, {@linkcode toEffectionChannel}, {@linkcode fromStream},
 *   {@linkcode fromSignal}, {@linkcode effectionScope}, {@linkcode spawnIn}, {@linkcode abortSignal} and
 *   {@linkcode aborted} make one library's things the other's.
 * - {@linkcode useHeddle} runs whole programs of Effection's on this scheduler.
 *
 * @example
 * ```ts
 * import "@heddle/runtime/effection";
 * import { Channel, run, sleep } from "@heddle/runtime";
 * import { run as runEffection, sleep as pause, spawn } from "effection";
 * import { assertEquals } from "@std/assert";
 *
 * // Ours in theirs.
 * const word = await runEffection(function* () {
 *   const channel = new Channel<string>();
 *   yield* spawn(function* () {
 *     yield* sleep(1);
 *     yield* channel.send("weft");
 *   });
 *   return yield* channel.receive();
 * });
 * assertEquals(word, "weft");
 *
 * // Theirs in ours.
 * const other = await run(function* () {
 *   const task = yield* spawn(function* () {
 *     yield* pause(1);
 *     return "warp";
 *   });
 *   return yield* task;
 * });
 * assertEquals(other, "warp");
 * ```
 *
 * @module
 */

import "./src/effection/install.ts";

export { useHeddle, type UseHeddleOptions } from "./src/effection/use_heddle.ts";
export { aborted, abortSignal } from "./src/effection/abort.ts";
export { type EffectionScope, effectionScope, spawnIn } from "./src/effection/scopes.ts";
export {
  type EffectionChannel,
  type EffectionSignal,
  type EffectionStream,
  type EffectionSubscription,
  fromSignal,
  fromStream,
  toEffectionChannel,
  toSignal,
  toStream,
} from "./src/effection/streams.ts";
