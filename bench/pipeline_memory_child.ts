/**
 * 1 GiB through five stages, and how far the heap grows meanwhile; started by `memory.ts`.
 *
 * @module
 */

import {
  buffer,
  chunk,
  forEach,
  type Input,
  map,
  type Output,
  pipeline,
  run,
  sleep,
  tap,
} from "@heddle/runtime";

const size = 64 * 1024;
const blocks = 2 ** 30 / size;
const { gc } = globalThis as unknown as { gc: () => void };

function* generated() {
  for (let n = 0; n < blocks; n++) yield new Uint8Array(size).fill(n);
}

function* checked(input: Input<Uint8Array<ArrayBuffer>>, output: Output<Uint8Array<ArrayBuffer>>) {
  for (;;) {
    const block = yield* input.receive();
    if (block[0] !== block[size - 1]) throw new Error("A block is not what was generated");
    yield* output.send(block);
  }
}

async function* flipped(input: AsyncIterable<Uint8Array<ArrayBuffer>>) {
  for await (const block of input) yield block.map((byte) => byte ^ 255);
}

let arrived = 0;
let heap = 0;
let live = 0;
gc();
const before = Deno.memoryUsage();
const all = before.heapUsed + before.external;

await run(() =>
  pipeline(
    generated(),
    checked,
    map((block) => block.subarray(0)),
    flipped,
    chunk(8),
    tap(look),
    buffer(2),
    forEach(function* (chunk) {
      for (const block of chunk) arrived += block.length;
      // Now and then a slow sink, for whom the others must wait.
      if (arrived % 2 ** 27 === 0) yield* sleep(1);
    }),
  )
);
if (arrived !== 2 ** 30) throw new Error(`${arrived} bytes arrived`);
say("heap growth of 1 GiB through five stages", heap);
say("  live meanwhile, buffers included", live);

/** The heap as it is, garbage and all; and, once in a while, what of it and of the buffers is alive. */
function look(): void {
  heap = Math.max(heap, Deno.memoryUsage().heapUsed - before.heapUsed);
  if (arrived % 2 ** 26 !== 0) return;
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  live = Math.max(live, heapUsed + external - all);
}

function say(what: string, bytes: number): void {
  const value = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(
    `${what.padEnd(44)} ${value.padStart(10)}   bar ${bytes < 2 ** 26 ? "kept" : "MISSED"}`,
  );
}
