/**
 * The right to something, held until it is released.
 *
 * @module
 */

import { UsageError } from "../kernel/errors.ts";
import { witness } from "../kernel/witness.ts";

/** A permit that is held. `using` releases it at the end of the block. */
export interface Permit extends Disposable {
  /**
   * Gives it back.
   *
   * @throws {UsageError} when it was given back already
   */
  release(): void;
}

/** A permit that calls back once when it is released. */
export class HeldPermit implements Permit {
  #giveBack: (() => void) | null;

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  release(): void {
    const giveBack = this.#giveBack;
    if (giveBack === null) {
      witness.now?.interferes();
      throw new UsageError("Cannot release a permit: it was released already");
    }
    this.#giveBack = null;
    giveBack();
  }

  [Symbol.dispose](): void {
    if (this.#giveBack !== null) this.release();
    else witness.now?.interferes();
  }
}
