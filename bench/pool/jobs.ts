/**
 * What the workers do, ours and the peers'.
 *
 * @module
 */
import { transfer } from "@heddle/runtime";

/** All cost is in the way there and back. */
export function increment(n: number): number {
  return n + 1;
}

/** So many steps of arithmetic that nobody can skip. */
export function compute(steps: number): number {
  let x = 1;
  for (let i = 0; i < steps; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  return x;
}

/** Gives back a copy, which the way back makes. */
export function echo(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes;
}

/** The same, moved there and back. */
export function pass(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return transfer(bytes, [bytes.buffer]);
}
