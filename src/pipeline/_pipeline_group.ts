/**
 * The wait for a running pipeline: its tasks are owned children, and how one ends decides what becomes of the others.
 *
 * | a task …                        | then                                                                                |
 * | ------------------------------- | ----------------------------------------------------------------------------------- |
 * | ends after its input has        | its output ends, and the next task comes to its end in turn: source to sink         |
 * | ends while its input goes on    | the same, and those before it are closed: cancelled one by one, source first        |
 * | fails                           | all others are cancelled; the failure, with its place, is that of the pipeline      |
 * | is cancelled with the pipeline  | so are all others, and the pipeline when the last has ended                         |
 *
 * Children are told newest first, as everywhere; they are made in the order sink to source, so that they unwind in the
 * order source to sink.
 *
 * @module
 */

import { CancelCause } from "../kernel/cancel_cause.ts";
import { requestCancel } from "../kernel/cancellation.ts";
import { ErrorList } from "../kernel/error_list.ts";
import { Group } from "../kernel/group.ts";
import type { TaskNode } from "../kernel/task.ts";
import type { Segment } from "./_plan.ts";

export class PipelineGroup extends Group {
  readonly description: string;
  /** From the sink to the source, as the children are. */
  readonly #segments: readonly Segment[];
  /** The tasks after this one, towards the source, are being closed; none is while this is their number. */
  #closingAfter: number;

  constructor(task: TaskNode, description: string, segments: readonly Segment[]) {
    super(task);
    this.description = description;
    this.#segments = segments.toReversed();
    this.#closingAfter = segments.length;
  }

  /** Spawns the tasks, and parks the pipeline's: what `perform` ends with. */
  start(): false {
    const begun = this.begin(
      // Without a name of its own, so that the task gets that of its parts.
      this.#segments.map(({ work }) => () => work()),
      this.#segments.map(({ name }) => name),
    );
    this.#segments.forEach(({ input, output }, index) => {
      if (input !== null) input.readingPart = this.children[index];
      if (output !== null) output.writingPart = this.children[index];
    });
    return begun;
  }

  override settled(child: TaskNode): void {
    if (child.hasFailed) {
      const { places, input } = this.#segments[this.children.indexOf(child)];
      const isMade = (error: unknown): boolean => places.some((place) => place.hasMade(error));
      const several = child.value instanceof AggregateError ? child.value.errors : [];
      if (several.length > 0 && several.every(isMade)) {
        // Each is a failure of its own.
        for (const error of several) (this.errors ??= new ErrorList()).add(error);
        child.value = several[0];
      } else if (!isMade(child.value)) {
        const isKnown = input?.hasLast === true && !places.at(-1)!.hidesElement;
        const elements = isKnown ? [input.last] : [];
        // The last place of a task that pushes stands for what was thrown outside all of its functions.
        child.value = places.at(-1)!.failure(child.value, elements);
      }
    }
    super.settled(child);
  }

  protected override childEnded(child: TaskNode): void {
    const index = this.children.indexOf(child);
    const { input, output } = this.#segments[index];
    output?.end();
    if (child.hasFailed) {
      this.stop(
        new CancelCause(() => `Task ${child.id} '${child.name}' of the same pipeline failed`),
      );
    }
    if (input !== null) {
      if (!input.isOver && index < this.#closingAfter) this.#closeBefore(index);
      input.leave();
    }
    this.#closeNext();
  }

  protected allEnded(): void {
    if (this.errors !== null) this.rejectWithErrors();
    else this.resolve(this.children[0].value);
  }

  /** A task has left early: nothing of what those before it hold is wanted any more. */
  #closeBefore(index: number): void {
    this.#closingAfter = index;
    for (const { input } of this.#segments.slice(index)) input?.abandon();
  }

  /** Closes the task that is nearest to the source of those that are to be closed. */
  #closeNext(): void {
    for (let index = this.children.length - 1; index > this.#closingAfter; index--) {
      const child = this.children[index];
      if (child.hasEnded) continue;
      requestCancel(
        child,
        new CancelCause(
          () =>
            `Task ${child.id} '${child.name}' of a pipeline was closed: nobody needs its output`,
        ),
      );
      return;
    }
  }
}
