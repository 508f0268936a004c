/** The jobs of the guide to the parallel pool. */
import { createContext, currentTask, type Effect, transfer } from "@heddle/runtime";

export const requestId = createContext<string>("request id", undefined, { propagate: true });

export class TooBig extends Error {
  override readonly name = "TooBig";
  constructor(readonly limit: number) {
    super(`more than ${limit}`);
  }
}

/** Computes. */
export function primesBelow(limit: number): number {
  if (limit > 1e6) throw new TooBig(1e6);
  let count = 0;
  for (let n = 2; n < limit; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n && isPrime; d++) isPrime = n % d !== 0;
    if (isPrime) count++;
    if (n % 1000 === 0) currentTask().progress(n / limit);
  }
  return count;
}

/** Moves its result instead of copying it. */
export function inverted(pixels: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  pixels.forEach((value, i) => pixels[i] = 255 - value);
  return transfer(pixels, [pixels.buffer]);
}

/** Reads a stream, and is one. */
export async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of text) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** A coroutine: it runs in the worker on the same kernel. */
export function* greet(): Generator<Effect<unknown>, string> {
  return `${currentTask().name} for ${yield* requestId.expect()}`;
}

/** Never ends by itself. */
export function spin(): never {
  for (;;);
}
