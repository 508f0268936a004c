/**
 * What joins two parts of a pipeline that run as tasks of their own: a bounded buffer, written at one end and read at the
 * other.
 *
 * Leaner than a channel. Whoever finds no room, or no element, waits until it is worth looking again, and then looks: an
 * element is in the buffer or with a task, and never on its way to one, so that a cancelled wait has nothing to give back.
 * Reading and writing are methods that need no step of the scheduler, so tasks change places once for each filled buffer.
 *
 * | state     | meaning                                  | a read                       | a write                            |
 * | --------- | ---------------------------------------- | ---------------------------- | ---------------------------------- |
 * | open      | both ends are at work                    | waits while it is empty      | waits while it is full             |
 * | ended     | the writer is over                       | the rest, then the end       | ClosedError                        |
 * | abandoned | the elements are not wanted any more,    | waits for its cancellation;  | waits for its cancellation; when   |
 * |           | and the stages before are being closed   | when that has come, the end  | that has come it is dropped        |
 * | left      | the reader is over                       | the end                      | as above                           |
 *
 * Within a `shield` no cancellation comes, so there it is as if it had come.
 *
 * A write gives way once before it drops anything, so that a reader that is ready has its turn; and a buffer without a
 * limit, or a large one, makes the writer give way each time that so many elements have gathered.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { ClosedError } from "../kernel/errors.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CANCELLING, OWNED } from "../kernel/task_bits.ts";
import { type Parking, type Waiter, WaitQueue } from "../kernel/waiter.ts";
import { Seat } from "../kernel/selectable.ts";
import { witness } from "../kernel/witness.ts";
import type { Overflow } from "../sync/channel_options.ts";
import { isShielded } from "./_shielded.ts";

/** What is read from a link that holds nothing. */
export const empty: unique symbol = Symbol("empty");

/** What a write comes to whose element is dropped, and a read for which there will be none. */
export const dropped: unique symbol = Symbol("dropped");

/** How many elements a link holds unless a `buffer` stage says otherwise. */
const defaultCapacity = 16;

/** How many elements a task may write before others have their turn, however much room there is. */
const burst = 1024;

/** How a link is made. */
export interface LinkOptions {
  readonly capacity?: number;
  readonly overflow?: Overflow;
}

export class Link<T> {
  /** A ring; its length is a power of two, and grows up to what the capacity needs. */
  #items: unknown[] = new Array(16).fill(undefined);
  #mask = 15;
  #head = 0;
  #size = 0;
  /** How much there is room for: 0 once it is not open. */
  #capacity: number;
  /** How much is let in without a closer look: at most the capacity. */
  #room: number;
  /** Whether a writer has given way since the last element was read. */
  #hasGivenWay = false;
  readonly #overflow: Overflow;
  #ended = false;
  #abandoned = false;
  #left = false;
  #endError: ClosedError | null = null;
  /** By what tasks that a stage has spawned end there. */
  #endCause: CancelCause | null = null;
  readonly #readers = new WaitQueue<Waiter>();
  readonly #writers = new WaitQueue<Waiter>();
  /** What was read last, and whether anything was: what its reader is held to work on. */
  last: unknown = undefined;
  hasLast = false;
  /** The tasks of the pipeline that read and write, whatever tasks of their own they have. */
  readingPart: TaskNode | null = null;
  writingPart: TaskNode | null = null;
  /** What the reader is, for the words of the end. */
  readonly reader: string;

  constructor(reader: string, { capacity = defaultCapacity, overflow = "wait" }: LinkOptions = {}) {
    witness.now?.losesSight();
    this.reader = reader;
    this.#capacity = capacity;
    this.#room = Math.min(capacity, burst);
    this.#overflow = overflow;
  }

  /** Whether a read would come to something at once. */
  get isReadable(): boolean {
    return this.#size > 0 || this.isOver;
  }

  /** Whether a write would. */
  get isWritable(): boolean {
    return this.#size < this.#capacity || this.#ended || this.#overflow !== "wait";
  }

  /** Whether nothing is left to read, and nothing will come. */
  get isOver(): boolean {
    return this.#left || (this.#ended && this.#size === 0 && !this.#abandoned);
  }

  /** Whether the elements are not wanted any more. */
  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  /** What a reader gets that asks for an element after the last. */
  get endError(): ClosedError {
    return this.#endError ??= new ClosedError(
      `The input of pipeline ${this.reader} is at its end, and the ${this.reader} is being closed: ` +
        `ask by 'input.next()' to be told of the end instead`,
    );
  }

  /** Whether `error` is the one that its reader is closed with. */
  isEnd(error: unknown): boolean {
    return error !== null && (error === this.#endError || error === this.#endCause?.error);
  }

  /** Puts an element in, if there is room for it. */
  push(value: T): boolean {
    if (this.#size >= this.#room) return false;
    if (this.#size > this.#mask) this.#grow();
    this.#items[(this.#head + this.#size++) & this.#mask] = value;
    if (this.#readers.size > 0) wake(this.#readers);
    return true;
  }

  /** Takes the next element out; `empty` when there is none. */
  pull(): T | typeof empty {
    if (this.#size === 0) {
      this.hasLast = false;
      this.last = undefined;
      this.#room = Math.min(this.#capacity, burst);
      return empty;
    }
    const head = this.#head;
    const value = this.#items[head];
    this.#items[head] = undefined;
    this.#head = (head + 1) & this.#mask;
    this.#size--;
    this.#hasGivenWay = false;
    if (this.#writers.size > 0) wake(this.#writers);
    this.last = value;
    this.hasLast = true;
    return value as T;
  }

  /** The writer is over. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#room = this.#capacity = 0;
    // A reader that is being closed is not told of an end, but cancelled in its turn.
    if (!this.#abandoned) wakeAll(this.#readers);
    wakeAll(this.#writers);
  }

  /** The elements are not wanted any more, not even those that are there. */
  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    this.#room = this.#capacity = 0;
    this.#items.fill(undefined);
    this.#size = 0;
    // Those that are cancelled already, or cannot be, must not wait for room.
    wakeAll(this.#writers);
    for (const reader of this.#readers) {
      if (!this.#isShielded(reader.task, this.readingPart)) continue;
      this.#readers.remove(reader);
      reader.task.wake(undefined);
    }
  }

  /** The reader is over. */
  leave(): void {
    this.#left = true;
    this.abandon();
    wakeAll(this.#readers);
  }

  /** Has `task` wait until it is worth reading again; or comes to the end. See `NativeEffect[perform]`. */
  awaitElement(task: TaskNode, wraps: boolean, makeWaiter: (task: TaskNode) => Waiter): boolean {
    if (this.#size > 0) return true;
    if (this.isOver || (this.#abandoned && this.#isBeyondWaiting(task, this.readingPart))) {
      if (wraps) {
        task.give(dropped);
        return true;
      }
      const spawned = this.#spawnedOf(task);
      if (spawned === null || (spawned.bits & CANCELLING) !== 0) {
        task.fail(this.endError);
        return true;
      }
      // It is no failure of a task beside the body: that one ends here, and the stage with the last of them.
      task.waiting = atTheEnd;
      requestCancel(spawned, this.#endCause ??= new CancelCause(this.endError.message), Infinity);
      return false;
    }
    const waiter = makeWaiter(task);
    task.waiting = waiter;
    this.#readers.push(waiter);
    return false;
  }

  /** Has `task` wait until it is worth writing again; or drops `value`. See `NativeEffect[perform]`. */
  awaitRoom(task: TaskNode, value: T, makeWaiter: (task: TaskNode) => Waiter): boolean {
    if (this.#size < this.#room) return true;
    if (this.#ended) {
      task.fail(new ClosedError("Cannot send: the stage that this output belongs to is over"));
      return true;
    }
    if (this.#abandoned) {
      if (this.#isBeyondWaiting(task, this.writingPart)) {
        task.give(dropped);
        return true;
      }
    } else if (this.#size < this.#capacity) {
      this.#room = Math.min(this.#capacity, this.#size + burst);
      return giveWay(task);
    } else if (this.#overflow !== "wait") {
      if (!this.#hasGivenWay) {
        this.#hasGivenWay = true;
        return giveWay(task);
      }
      if (this.#overflow === "drop-oldest") {
        this.pullOldest();
        this.push(value);
        this.#hasGivenWay = true;
      }
      task.give(dropped);
      return true;
    }
    const waiter = makeWaiter(task);
    task.waiting = waiter;
    this.#writers.push(waiter);
    return false;
  }

  /** Adds one who waits to read without being a task. */
  addReader(waiter: Waiter): void {
    this.#readers.push(waiter);
  }

  /** Drops the oldest element. */
  pullOldest(): void {
    const { last, hasLast } = this;
    this.pull();
    this.last = last;
    this.hasLast = hasLast;
  }

  /** One that was woken to read has left: another may have what it was woken for. */
  passRead(): void {
    if (this.isReadable && this.#readers.size > 0) wake(this.#readers);
  }

  /** The same for one that was woken to write. */
  passWrite(): void {
    if (this.isWritable && this.#writers.size > 0) wake(this.#writers);
  }

  /** Whether nothing is to be waited for on an abandoned link: the cancellation has come, or cannot come. */
  #isBeyondWaiting(task: TaskNode, part: TaskNode | null): boolean {
    return (task.bits & CANCELLING) !== 0 || this.#isShielded(task, part);
  }

  /** The task that the reading part has spawned and that `task` is, or belongs to; `null` when that is the part's body. */
  #spawnedOf(task: TaskNode | Seat): TaskNode | null {
    let node = task instanceof Seat ? task.task : task;
    const part = this.readingPart;
    if (part === null || part.hasEnded) return null;
    while (node !== part && (node.bits & OWNED) !== 0 && node.parent !== null) node = node.parent;
    if (node === part) return null;
    for (let above = node.parent; above !== part; above = above.parent) {
      if (above === null) return null;
    }
    return node;
  }

  #isShielded(task: TaskNode | Seat, part: TaskNode | null): boolean {
    return isShielded(task instanceof Seat ? task.task : task, part);
  }

  #grow(): void {
    const length = (this.#mask + 1) * 2;
    const items: unknown[] = new Array(length).fill(undefined);
    for (let i = 0; i < this.#size; i++) items[i] = this.#items[(this.#head + i) & this.#mask];
    this.#items = items;
    this.#mask = length - 1;
    this.#head = 0;
  }
}

const atTheEnd: Parking = { description: "input.receive()", abandon: () => true };

/** Lets those who are ready have their turn. */
function giveWay(task: TaskNode): false {
  task.wake(undefined);
  return false;
}

function wake(queue: WaitQueue<Waiter>): void {
  queue.shift()!.task.wake(undefined);
}

function wakeAll(queue: WaitQueue<Waiter>): void {
  for (let count = queue.size; count > 0; count--) wake(queue);
}
