/** The jobs of the acceptance matrix: all that a job can do to its worker, on whatever runtime. */
import { currentTask, transfer } from "../../../../mod.ts";

interface Scope {
  process?: { pid: number; exit(code: number): void };
  Deno?: { exit(code: number): void };
  close?: () => void;
}
const scope = globalThis as unknown as Scope;
/** Ends the worker, as its runtime has it. */
const leave = (): void => scope.process === undefined ? scope.close?.() : scope.process.exit(3);

export class HttpError extends RangeError {
  override readonly name = "HttpError";
  status = 503;
}

export const increment = (x: number): number => x + 1;
/** That of the process; in a browser, a number of the worker's own. */
export const pid = (): number => id;
const id = scope.process?.pid ?? crypto.getRandomValues(new Uint32Array(1))[0]!;

export function fail(kind: string): never {
  switch (kind) {
    case "custom":
      throw new HttpError("no room", { cause: new TypeError("socket", { cause: "reset" }) });
    case "aggregate":
      throw new AggregateError([new RangeError("one"), new HttpError("two")], "both");
    case "dom":
      throw new DOMException("too much", "QuotaExceededError");
  }
  throw kind;
}

export function throwsLate(): string {
  setTimeout(() => {
    throw new HttpError("late");
  }, 0);
  return "returned";
}
export function rejectsLate(): string {
  void Promise.reject(new HttpError("late"));
  return "returned";
}

export function exit(how: string): string {
  if (how === "process") scope.process?.exit(3);
  if (how === "deno") scope.Deno?.exit(3);
  if (how === "close") scope.close?.();
  return how;
}
export async function exitLater(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  leave();
}
export function catchesExit(): string {
  try {
    leave();
  } catch {
    // What it then returns must not be taken for a result.
  }
  return "went on";
}

export function loop(): never {
  for (;;);
}
export const never = (): Promise<never> => new Promise(() => {});
export function untilAborted(): string {
  const { signal } = currentTask();
  while (!signal.aborted);
  return "stopped";
}

export const echo = (value: unknown): unknown => value;
export const uncloneable = (): unknown => ({ items: [1, { callback: () => {} }] });

export function fillHeap(): never {
  const rows: unknown[] = [];
  for (let i = 0;; i++) rows.push(new Array(2e4).fill({ i }));
}

export async function sum(...sources: AsyncIterable<number>[]): Promise<number> {
  let total = 0;
  for (const source of sources) for await (const n of source) total += n;
  return total;
}
export async function readAll(stream: ReadableStream<number>): Promise<number> {
  const reader = stream.getReader();
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return total;
    total += value;
  }
}
export async function first(source: AsyncIterable<number>): Promise<number | undefined> {
  for await (const n of source) return n;
  return undefined;
}

/** Gives back what it was given, moved. */
export function flipped(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes.forEach((byte, i) => bytes[i] = ~byte);
  return transfer(bytes, [bytes.buffer]);
}

export async function* count(to: number): AsyncGenerator<number> {
  for (let i = 0; i < to; i++) yield i;
}
