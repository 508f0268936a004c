/**
 * Something that a task of its own holds open for a scope: what `resource` and `use` have in common.
 *
 * The keeper is a task beside the children of the owner, for it must outlive them. Until it provides, the owner waits for
 * it, and a cancellation of the owner is passed on to it. From the moment it provides, a finaliser of the owner stands
 * for it: acquiring and registering are one step, between which nothing can come.
 *
 * | state     | the owner                        | the keeper ends                  | the owner is cancelled      |
 * | --------- | -------------------------------- | -------------------------------- | --------------------------- |
 * | acquiring | waits for the value              | its error is the owner's         | → leaving                   |
 * | leaving   | waits for the end of the keeper  | the cancellation is thrown       |                             |
 * | held      | goes on with the value           | its error fails the owner's scope| nothing to do with it       |
 * | releasing | waits for the end, as it ends    | the finaliser is done            | shortens the keeper's time  |
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { cancelEach, requestCancel } from "../kernel/cancellation.ts";
import { BaseEffect, perform } from "../kernel/effect.ts";
import { UsageError } from "../kernel/errors.ts";
import { addFinaliser, checkScope } from "../kernel/finaliser.ts";
import type { Settled } from "../kernel/join.ts";
import { spawnOwned } from "../kernel/spawn.ts";
import type { TaskNode } from "../kernel/task.ts";
import { CANCELLING, RESOURCE } from "../kernel/task_bits.ts";
import type { Parking } from "../kernel/waiter.ts";

/** Hands the value over and keeps it open until the scope ends. */
export type Keeping = (acquisition: Acquisition) => unknown;

/** One thing that is held for one scope. */
export class Acquisition implements Parking, Settled {
  readonly description: string;
  readonly #owner: TaskNode;
  readonly #keeper: TaskNode;
  #state: "acquiring" | "leaving" | "held" | "releasing" = "acquiring";

  /**
   * @param owner the task in whose scope it shall live
   * @param verb what is done, in words: `use`
   * @param keep what the keeper runs
   * @param name what to call the keeper
   * @param site where that was asked for, when it is recorded
   */
  constructor(owner: TaskNode, verb: string, keep: Keeping, name: string, site: Error | null) {
    checkScope(owner, verb);
    this.description = `${verb}()`;
    this.#owner = owner;
    this.#keeper = spawnOwned(owner, () => keep(this), this, name, RESOURCE, site);
  }

  /** Lets the keeper run, and parks the owner: what `perform` ends with. */
  begin(): false {
    this.#owner.waiting = this;
    this.#owner.scheduler.enqueueNext(this.#keeper);
    return false;
  }

  /** The operation by which the keeper hands its value to the owner, and waits until the scope ends. */
  provide(value: unknown): BaseEffect<void> {
    return new Provide(this, value);
  }

  /** @internal The keeper has the value. */
  provided(value: unknown): void {
    if (this.#state !== "acquiring") {
      throw new UsageError(
        `Cannot provide: ${
          this.#state === "leaving"
            ? "nobody waits for it any more"
            : "it was done already: provide() is called once"
        }`,
      );
    }
    const owner = this.#owner;
    this.#state = "held";
    addFinaliser(owner, () => new Release(this), this.description);
    owner.give(value);
    owner.goOn();
  }

  /** @internal The scope of the owner ends. */
  release(): boolean {
    const owner = this.#owner;
    const keeper = this.#keeper;
    if (keeper.hasEnded) return true;
    this.#state = "releasing";
    owner.waiting = this;
    const cause = owner.cold!.cancelCause;
    if (cause !== null) requestCancel(keeper, cause, owner.cold!.cancelDeadline);
    // A scope that ends by itself gives its cleanup all the time it takes.
    else requestCancel(keeper, new CancelCause(() => this.#reason()), Infinity);
    return false;
  }

  settled(keeper: TaskNode): void {
    const owner = this.#owner;
    switch (this.#state) {
      case "acquiring":
        owner.fail(
          keeper.hasFailed || keeper.isCancelled ? keeper.failure : new UsageError(
            `Cannot acquire '${keeper.name}': it ended without providing a value: it must call 'yield* provide(value)'`,
          ),
        );
        return owner.goOn();
      case "leaving":
        owner.fail(keeper.hasFailed ? keeper.value : owner.cold!.cancelCause!.error);
        return owner.goOn();
      case "held":
        return this.#failOwner(
          keeper,
          keeper.hasFailed ? keeper.value : new UsageError(
            `Resource '${keeper.name}' ended while it was in use: it must wait in 'yield* provide(value)' until its scope ends`,
          ),
        );
      case "releasing":
        if (keeper.hasFailed) owner.fail(keeper.value);
        return owner.goOn();
    }
  }

  abandon(owner: TaskNode): boolean {
    if (this.#state === "held") return true;
    if (this.#state === "acquiring") this.#state = "leaving";
    const { cancelCause, cancelDeadline } = owner.cold!;
    cancelEach([this.#keeper], cancelCause!, cancelDeadline);
    return false;
  }

  /** It failed while it was in use, so the scope cannot go on. */
  #failOwner(keeper: TaskNode, error: unknown): void {
    const owner = this.#owner;
    owner.collect(error);
    if ((owner.bits & CANCELLING) !== 0) return;
    const cause = () =>
      `Task ${owner.id} '${owner.name}' was cancelled because its resource '${keeper.name}' failed`;
    requestCancel(owner, new CancelCause(cause, error));
  }

  #reason(): string {
    return `The scope of task ${this.#owner.id} '${this.#owner.name}' ended`;
  }
}

class Provide extends BaseEffect<void> implements Parking {
  readonly description = "the end of the scope";
  readonly #acquisition: Acquisition;
  readonly #value: unknown;

  constructor(acquisition: Acquisition, value: unknown) {
    super();
    this.#acquisition = acquisition;
    this.#value = value;
  }

  [perform](keeper: TaskNode): boolean {
    this.#acquisition.provided(this.#value);
    keeper.waiting = this;
    return false;
  }

  abandon(): boolean {
    return true;
  }
}

class Release extends BaseEffect<void> {
  readonly description = "the release of a resource";
  readonly #acquisition: Acquisition;

  constructor(acquisition: Acquisition) {
    super();
    this.#acquisition = acquisition;
  }

  [perform](): boolean {
    return this.#acquisition.release();
  }
}
