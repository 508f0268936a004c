/**
 * From an input to an output, as it is.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import type { Input, Output } from "./stage.ts";

/** Sends everything that comes in, until the end. */
export function* handOn<T>(
  input: Input<T>,
  output: Output<T>,
): Generator<Effect<unknown>, void, unknown> {
  for (let item = yield* input.next(); !item.done; item = yield* input.next()) {
    yield* output.send(item.value);
  }
}
