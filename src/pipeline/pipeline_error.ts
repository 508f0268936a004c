/**
 * The failure of a pipeline.
 *
 * @module
 */

import { inWords } from "../kernel/aggregate.ts";
import { describe } from "../kernel/work.ts";

/** Where in a pipeline something is. */
export interface PipelinePlace {
  /** What it is there. */
  readonly part: "source" | "stage" | "sink";
  /**
   * Which stage: counted from 1, and within a composed stage from 1 again, so that `[3, 2]` is the second stage of what
   * was composed to the third. Empty for the source and the sink.
   */
  readonly position: readonly number[];
  /** The name of its function, or of the helper it was made by. */
  readonly name: string;
}

/**
 * A part of a pipeline failed. It says which, keeps what was thrown as its `cause`, and carries the element at which it
 * happened: the argument of the function that threw, or what a coroutine had received last.
 */
export class PipelineError extends Error {
  /** Its class, for those who cannot use `instanceof`. */
  override readonly name = "PipelineError";
  /** Which part of the pipeline failed. */
  readonly place: PipelinePlace;
  /** Whether an element was being worked on. */
  readonly hasElement: boolean;
  /** The element that was being worked on. */
  readonly element: unknown;

  /**
   * Makes one; a pipeline does so by itself.
   *
   * @param place which part failed
   * @param cause what it threw
   * @param elements the element that was being worked on, in an array; an empty one when there was none
   */
  constructor(place: PipelinePlace, cause: unknown, elements: readonly unknown[] = []) {
    const at = elements.length === 0 ? "" : ` at ${describe(elements[0])}`;
    super(`pipeline ${placeInWords(place)} failed${at}: ${inWords(cause)}`, { cause });
    this.place = place;
    this.hasElement = elements.length > 0;
    this.element = elements[0];
  }
}

/** A place as it is called in messages: `stage 3 'parse'`. */
export function placeInWords({ part, position, name }: PipelinePlace): string {
  return `${[part, position.join(".")].filter((word) => word !== "").join(" ")} '${name}'`;
}
