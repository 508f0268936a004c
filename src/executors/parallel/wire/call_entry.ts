/**
 * Writes calls in the language of the wire.
 *
 * @module
 */
import type { Call } from "../link/call.ts";
import type { Outbox } from "./outbox.ts";
import { findUncloneable, isUncloneable, type UncloneableError } from "./uncloneable.ts";
import {
  BATCH_CALLS,
  BATCH_CONTROL,
  CALL,
  CALL_MANY,
  CALL_WITH,
  type CallExtras,
  DEFINE,
} from "./wire.ts";

/** Milliseconds between asking a call to stop and giving it up, unless something else is said. */
export const DEFAULT_GRACE = 5000;

function isPlain(call: Call): boolean {
  return call.timeout === undefined && call.context === undefined && call.feeds === undefined &&
    call.title === undefined && call.deadline === undefined &&
    (call.attempt === undefined || call.attempt === 1) && call.watch !== true;
}

function extrasOf(call: Call): CallExtras {
  return {
    attempt: call.attempt ?? 1,
    timeout: call.timeout ?? 0,
    grace: call.grace ?? DEFAULT_GRACE,
    watch: call.watch ?? false,
    title: call.title,
    deadline: call.deadline,
    context: call.context,
    feeds: call.feeds,
  };
}

/** What is sent of the arguments at once: streams follow. */
function sentArgs({ args, feeds }: Call): readonly unknown[] {
  if (feeds === undefined) return args;
  const sent = [...args];
  for (const { index } of feeds) sent[index] = undefined;
  return sent;
}

/**
 * Why a call could not be sent.
 *
 * @param call the call
 * @param error what posting it gave
 * @param transfer what was to be moved
 * @returns the error to fail the call with
 */
export function refusalOf(
  call: Call,
  error: unknown,
  transfer?: readonly Transferable[],
): UncloneableError {
  const args = sentArgs(call);
  return call.context === undefined || isUncloneable(args, transfer)
    ? findUncloneable(args, "arguments", error, transfer)
    : findUncloneable(call.context, "context", error);
}

/** Writes the calls and the orders for one worker, with a number in place of each module and export it has been told of before. */
export class CallWriter {
  readonly #outbox: Outbox;
  readonly #refs = new Map<string, Map<string, number>>();
  #count = 0;
  #lastModule = "";
  #lastName = "";
  #lastRef = -1;

  /**
   * Begins with no refs.
   *
   * @param outbox where calls go
   */
  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * Writes a call that has been put into its slot.
   *
   * @param call the call
   */
  write(call: Call): void {
    const args = sentArgs(call);
    const argc = args.length;
    this.#outbox.separate(args);
    const ref = this.#ref(call.module, call.name);
    if (call.chunk) {
      const batch = this.#outbox.open(BATCH_CALLS);
      batch.push(CALL_MANY, call.slot, call.id, ref, call.chunk.count, packNumbers(args));
      return this.#outbox.wrote();
    }
    const { transfer = [] } = call;
    if (isPlain(call)) {
      const { slot, id } = call;
      if (transfer.length > 0) {
        return this.#outbox.postAlone(BATCH_CALLS, [CALL, slot, id, ref, argc, ...args], transfer);
      }
      const batch = this.#outbox.open(BATCH_CALLS);
      batch.push(CALL, slot, id, ref, argc);
      for (let i = 0; i < argc; i++) batch.push(args[i]);
      return this.#outbox.wrote();
    }
    const entry = [CALL_WITH, call.slot, call.id, ref, extrasOf(call), argc, ...args];
    if (transfer.length > 0) return this.#outbox.postAlone(BATCH_CALLS, entry, transfer);
    this.#outbox.open(BATCH_CALLS).push(...entry);
    this.#outbox.wrote();
  }

  /**
   * Writes what is obeyed on arrival.
   *
   * @param entry the order and its operands
   */
  order(...entry: unknown[]): void {
    this.#outbox.open(BATCH_CONTROL).push(...entry);
    this.#outbox.wrote();
  }

  #ref(module: string, name: string): number {
    if (name === this.#lastName && module === this.#lastModule) return this.#lastRef;
    let names = this.#refs.get(module);
    if (names === undefined) this.#refs.set(module, names = new Map());
    let ref = names.get(name);
    if (ref === undefined) {
      names.set(name, ref = this.#count++);
      this.#outbox.open(BATCH_CALLS).push(DEFINE, ref, module, name);
      this.#outbox.wrote();
    }
    this.#lastModule = module;
    this.#lastName = name;
    return this.#lastRef = ref;
  }
}

/**
 * Numbers in a form that costs a tenth to clone.
 *
 * @param values some values
 * @returns a copy, when they are all numbers, else what was given
 */
export function packNumbers(values: readonly unknown[]): ArrayLike<unknown> {
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== "number") return values;
  }
  return Float64Array.from(values as readonly number[]);
}
