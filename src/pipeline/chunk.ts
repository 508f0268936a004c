/**
 * The stage that gathers.
 *
 * @module
 */

import type { Effect } from "../kernel/effect.ts";
import { running } from "../kernel/running.ts";
import { describe } from "../kernel/work.ts";
import { select } from "../operations/select.ts";
import { checkMs, sleep } from "../operations/sleep.ts";
import { checkCount, stageOf } from "./_part.ts";
import { both, type StepMaker } from "./_step.ts";
import type { Input, Output, Stage } from "./stage.ts";

/** When a chunk is handed on. */
export interface ChunkOptions {
  /**
   * How long a chunk may wait to become full, in milliseconds from its first element; then it is handed on as it is. The
   * stage then has a task of its own.
   *
   * @default no limit
   */
  within?: number;
}

/**
 * Hands on arrays of `size` elements; the last one may be shorter. Runs in one task with its neighbours, as `map` does,
 * unless there is a limit of time.
 *
 * @example
 * ```ts
 * import { chunk, pipeline, run } from "@heddle/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await run(() => pipeline([1, 2, 3], chunk(2))), [[1, 2], [3]]);
 * ```
 *
 * @param size how many elements; a whole number of at least 1
 * @param options how long a chunk may take
 * @throws {TypeError} when an argument has the wrong type
 * @throws {RangeError} when `size` is not a whole number of at least 1, or `within` is negative or `NaN`
 */
export function chunk<T>(size: number, options: ChunkOptions = {}): Stage<T, T[]> {
  checkCount(size, "chunk", "size", 1, false);
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot chunk: 'options' must be an object: current value is ${describe(options)}`,
    );
  }
  const { within } = options;
  if (within !== undefined) {
    checkMs(within, "chunk", "within");
    return stageOf({
      kind: "task",
      name: "chunk",
      run: (input, output) => chunkInTime(input, output, size, within),
    });
  }
  const make: StepMaker<T, T[]> = (next) => {
    const { push } = next;
    let gathered: T[] = [];
    return {
      push(value) {
        gathered.push(value);
        if (gathered.length < size) return undefined;
        const full = gathered;
        gathered = [];
        return push(full);
      },
      end() {
        const rest = gathered;
        gathered = [];
        return rest.length === 0 ? next.end() : both(push(rest), next.end);
      },
    };
  };
  return stageOf({ kind: "step", name: "chunk", make: make as StepMaker, waits: false });
}

function* chunkInTime(
  input: Input<unknown>,
  output: Output<unknown>,
  size: number,
  within: number,
): Generator<Effect<unknown>, void, unknown> {
  const { clock } = running!.scheduler;
  for (let first = yield* input.next(); !first.done; first = yield* input.next()) {
    const gathered = [first.value];
    const deadline = clock.now() + within;
    let over = false;
    while (gathered.length < size && !over) {
      const { key, value } = yield* select({
        item: input.next(),
        late: sleep(Math.max(0, deadline - clock.now())),
      });
      if (key === "late") break;
      over = value.done === true;
      if (!over) gathered.push(value.value);
    }
    yield* output.send(gathered);
  }
}
