/**
 * Puts the inputs of a map into chunks, and those that cannot be in one into tasks of their own.
 *
 * @module
 */

import { type Chunker, type ChunkListener, MapChunk } from "./map_chunk.ts";

/** The chunk that is being filled. */
export class ChunkFilling {
  readonly #chunker: Chunker;
  readonly #stream: ChunkListener;
  #chunk: MapChunk | null = null;

  constructor(chunker: Chunker, stream: ChunkListener) {
    this.#chunker = chunker;
    this.#stream = stream;
  }

  /** Puts one input where it belongs. */
  put(input: unknown, index: number): void {
    const chunker = this.#chunker;
    let work: unknown;
    try {
      work = chunker.map(input, index);
    } catch (error) {
      this.submitFilled();
      return this.#stream.taskMade(chunker.failed(error));
    }
    if (this.#chunk !== null && chunker.add(work, this.#chunk)) {
      if (this.#chunk.count >= chunker.chunkSize) this.submitFilled();
      return;
    }
    this.submitFilled();
    if (chunker.chunkSize === 1 || !chunker.accepts(work)) {
      return this.#stream.taskMade(chunker.submitOne(work));
    }
    const chunk = this.#chunk = new MapChunk(this.#stream, work, []);
    chunker.add(work, chunk);
    this.#stream.chunkMade(chunk);
  }

  /** No more inputs for now: those that are there are not kept waiting. */
  submitFilled(): void {
    const chunk = this.#chunk;
    this.#chunk = null;
    if (chunk !== null) this.#stream.chunkFilled(chunk);
  }
}
