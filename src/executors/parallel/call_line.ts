/**
 * The calls of a pool that no worker holds: those that have not been with one, and those that came back.
 *
 * @module
 */
import { AgeingLine } from "../../kernel/ageing_line.ts";
import type { RemoteCall } from "./remote_call.ts";

/** Of this many calls that overtake one that came back, so many are let pass. */
const letPass = 8;

/** The line of one pool. */
export class CallLine {
  readonly #line = new AgeingLine<RemoteCall>();
  /** They were at the head of the line before; the last is next. */
  readonly #back: RemoteCall[] = [];
  /** Those whose turn it is although a higher one waits. */
  readonly #due: RemoteCall[] = [];
  #passed = 0;

  /** Whether nobody stands in it. */
  get isEmpty(): boolean {
    return this.#line.size === 0 && this.#back.length === 0 && this.#due.length === 0;
  }

  /** Joins the line. */
  push(call: RemoteCall): void {
    this.#line.push(call, call.task.priority);
  }

  /** Goes back to the head of the line, of those of its priority; whoever had its turn has it again. */
  giveBack(call: RemoteCall): void {
    if (call.hasTurn) this.#due.push(call);
    else this.#back.push(call);
  }

  /** Whose turn it is. */
  next(): RemoteCall | undefined {
    const call = this.#due.pop() ?? this.#next();
    if (call !== undefined && this.#line.highest > call.task.priority) call.hasTurn = true;
    return call;
  }

  #next(): RemoteCall | undefined {
    const back = this.#back.at(-1);
    if (back === undefined) return this.#line.shift();
    if (this.#line.highest > back.task.priority && ++this.#passed % letPass !== 0) {
      return this.#line.shift();
    }
    return this.#back.pop();
  }
}
