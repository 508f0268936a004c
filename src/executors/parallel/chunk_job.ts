/**
 * Maps whose inputs share calls: `map` over numbers costs a fraction of what submitting each would.
 *
 * Only jobs whose results are there when they return, by what has been seen of them, and only arguments that are primitive:
 * objects that two inputs share would arrive as one.
 *
 * @module
 */
import type { Task } from "../../kernel/task_handle.ts";
import type { MapOptions, Mapper } from "../executor.ts";
import { isJob, type Job, ModuleJob } from "../job.ts";
import type { Chunker, MapChunk } from "../map_chunk.ts";
import type { CallCosts } from "./call_costs.ts";

/** A job that stands for a chunk of a map. */
export class ChunkJob extends ModuleJob<ArrayLike<unknown>> {
  readonly chunk: MapChunk;

  constructor(chunk: MapChunk) {
    const { module, name, kind } = chunk.first as Job<unknown>;
    super(module, name, chunk.args, kind);
    this.chunk = chunk;
  }
}

/** What a chunker needs of its pool. */
export interface ChunkPool {
  /** How many workers there may be. */
  readonly size: number;
  /** What calls cost. */
  readonly costs: CallCosts;
  /** Submits a job. */
  submit(job: Job<unknown>): Task<unknown>;
  /** A task that fails without running. */
  failed(error: unknown): Task<unknown>;
  /** Why what the mapper gave is not a job. */
  refusal(): Error;
  /** A chunk has been submitted, or has ended. */
  begun(chunk: MapChunk): void;
  ended(chunk: MapChunk): void;
}

/** How many inputs are worked on for each worker while nothing is known of what they cost. */
const unknownCost = 64;

/** How many chunks are under way for each worker. */
const chunksAhead = 3;

function isPrimitive(value: unknown): boolean {
  const type = typeof value;
  return type !== "object" && type !== "function" && type !== "symbol" || value === null;
}

/** Puts the inputs of one map into chunks. */
export class JobChunker implements Chunker {
  readonly #pool: ChunkPool;
  readonly #fn: Mapper<never, unknown>;
  readonly #most: number;
  #job: Job<unknown> | null = null;
  #size = 1;

  constructor(fn: Mapper<never, unknown>, options: MapOptions, pool: ChunkPool) {
    this.#pool = pool;
    this.#fn = fn;
    const { concurrency = Infinity, lookahead = Infinity } = options;
    this.#most = Math.max(1, Math.floor(Math.min(concurrency, lookahead) / (2 * pool.size)));
  }

  get concurrency(): number {
    return this.#pool.size * Math.max(unknownCost, chunksAhead * this.#size);
  }

  get chunkSize(): number {
    return this.#size;
  }

  map(input: never, index: number): Job<unknown> {
    const job = this.#fn(input, index);
    if (!isJob(job)) throw this.#pool.refusal();
    if (this.#job === null || job.name !== this.#job.name || job.module !== this.#job.module) {
      this.#job = job;
      this.#learn();
    }
    return job;
  }

  #learn(): void {
    const { module, name } = this.#job!;
    this.#size = Math.min(this.#most, this.#pool.costs.chunk(module, name));
  }

  accepts({ args }: Job<unknown>): boolean {
    for (let i = 0; i < args.length; i++) if (!isPrimitive(args[i])) return false;
    return true;
  }

  add(job: Job<unknown>, chunk: MapChunk): boolean {
    const { args } = job;
    const first = chunk.first as Job<unknown>;
    const isSame = job.name === first.name && job.module === first.module &&
      args.length === first.args.length;
    if (!isSame || !this.accepts(job)) return false;
    for (let i = 0; i < args.length; i++) chunk.args.push(args[i]);
    chunk.count++;
    return true;
  }

  submitOne(job: Job<unknown>): Task<unknown> {
    this.#learn();
    return this.#pool.submit(job);
  }

  submit(chunk: MapChunk): Task<unknown> {
    this.#pool.begun(chunk);
    return this.#pool.submit(new ChunkJob(chunk));
  }

  failed(error: unknown): Task<unknown> {
    return this.#pool.failed(error);
  }

  ended(chunk: MapChunk): void {
    this.#pool.ended(chunk);
    this.#learn();
  }
}
