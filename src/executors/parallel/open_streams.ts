/**
 * The streams a pool has open: their tasks have ended, since they have their result, but their jobs have not.
 *
 * @module
 */
import type { RemoteStream } from "./remote_stream.ts";

/** The open streams of one pool. */
export class OpenStreams {
  readonly #streams = new Set<RemoteStream>();
  readonly #ended: (() => void)[] = [];

  /** A stream begins. */
  opened(stream: RemoteStream): void {
    this.#streams.add(stream);
  }

  /** A stream has ended. */
  closed(stream: RemoteStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) { for (const resolve of this.#ended.splice(0)) resolve(); }
  }

  /** Ends them all: their generators return, their consumers get the error. */
  abort(error: unknown, grace?: number): void {
    for (const stream of this.#streams) stream.abort(error, grace);
  }

  /**
   * Waits until all have ended. One whose consumer takes nothing for so long that nobody seems to be there is ended.
   *
   * @param patience milliseconds without an item being taken
   * @param error what its consumer gets, should there be one
   */
  async drained(patience: number, error: unknown): Promise<void> {
    while (this.#streams.size > 0) {
      const before = new Map([...this.#streams].map((stream) => [stream, stream.taken]));
      await this.#allEnded(patience);
      for (const stream of this.#streams) {
        if (before.get(stream) === stream.taken) stream.abort(error);
      }
    }
  }

  #allEnded(within: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, within);
      this.#ended.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
