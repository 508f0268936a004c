/**
 * Sending to a channel.
 *
 * @module
 */

import { BaseEffect, perform } from "../kernel/effect.ts";
import { poll, type Selectable } from "../kernel/selectable.ts";
import type { TaskNode } from "../kernel/task.ts";
import { Waiter } from "../kernel/waiter.ts";
import type { Channel } from "./channel.ts";

/** The operation of `channel.send`. */
export class Send<T> extends BaseEffect<void> implements Selectable {
  readonly channel: Channel<T>;
  readonly value: T;

  constructor(channel: Channel<T>, value: T) {
    super();
    this.channel = channel;
    this.value = value;
  }

  get description(): string {
    return "channel.send()";
  }

  get offers(): true {
    return true;
  }

  [poll](): boolean {
    return this.channel.isSendable;
  }

  [perform](task: TaskNode): boolean {
    return this.channel.sendFor(task, this);
  }
}

/** A sender in line. */
export class SendWaiter<T> extends Waiter {
  readonly send: Send<T>;
  readonly value: T;

  constructor(task: TaskNode, send: Send<T>) {
    super(task);
    this.send = send;
    this.value = send.value;
  }

  get description(): string {
    return "channel.send()";
  }

  /** Once its value was taken the send has happened, and a cancellation comes after it. */
  get shielded(): boolean {
    return this.queue === null;
  }

  override abandon(task: TaskNode): boolean {
    super.abandon(task);
    this.send.channel.dropSender();
    return true;
  }
}
