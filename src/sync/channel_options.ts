/**
 * How a channel is made.
 *
 * @module
 */

import { checkOptions, describe } from "../kernel/work.ts";

/** What a channel does with a value for which it has no room. */
export type Overflow = "wait" | "drop-oldest" | "drop-newest";

/** How a channel is made. */
export interface ChannelOptions {
  /**
   * How many values it holds for receivers to come; 0 is a rendezvous, at which each sender waits for its receiver.
   *
   * @default 0
   */
  capacity?: number;
  /**
   * What happens to a value when the buffer is full: its sender waits, or the oldest or the newest value is dropped and
   * the sender goes on.
   *
   * @default "wait"
   */
  overflow?: Overflow;
}

/** The options with their defaults; throws unless they are what they should be. */
export function checkChannelOptions(options: ChannelOptions): Required<ChannelOptions> {
  checkOptions(options, "create a channel");
  const { capacity = 0, overflow = "wait" } = options;
  if (capacity !== Infinity && !(Number.isInteger(capacity) && capacity >= 0)) {
    const ErrorClass = typeof capacity === "number" ? RangeError : TypeError;
    throw new ErrorClass(
      `Cannot create a channel: 'capacity' must be a non-negative integer or Infinity: current value is ${
        describe(capacity)
      }`,
    );
  }
  if (overflow !== "wait" && overflow !== "drop-oldest" && overflow !== "drop-newest") {
    throw new TypeError(
      `Cannot create a channel: 'overflow' must be "wait", "drop-oldest" or "drop-newest": current value is ${
        describe(overflow)
      }`,
    );
  }
  return { capacity, overflow };
}
