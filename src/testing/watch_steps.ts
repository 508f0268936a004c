/**
 * Watching what each step of a run touches.
 *
 * Tasks and things are named by who made them, and as the how-manyth: so they have the same names in every run in which
 * their makers do the same, whatever comes between.
 *
 * @module
 */

import type { Instrument, TaskEvent } from "../kernel/instrument.ts";
import { OwnedWait } from "../kernel/owned_wait.ts";
import type { TaskNode } from "../kernel/task.ts";
import { BODY, CHILDREN, OWNED, PENDING, RESOURCE } from "../kernel/task_bits.ts";
import type { Witness } from "../kernel/witness.ts";
import { Footprint } from "./footprint.ts";

/** One step, and what is known of it. */
export interface WatchedStep {
  /** Whose it was. */
  readonly task: string;
  readonly footprint: Footprint;
  /** The steps without which it would not have come: that which made the task ready, and those that ended its children. */
  readonly causes: readonly number[];
  /** The first step after time moved, or the host had its turn, the last time before this step. */
  readonly since: number;
}

/** What was made before the run is the same in all of them. */
const older = new WeakMap<object, string>();
let lastOlder = 0;

/** Watches one run. */
export class StepWatch implements Witness, Instrument {
  readonly steps: WatchedStep[] = [];
  readonly #tasks = new Map<number, string>();
  readonly #nodes = new Map<number, TaskNode>();
  readonly #things = new WeakMap<object, string>();
  /** How many tasks and things each task has made. */
  readonly #counts = new Map<string, number>();
  /** The causes of each task's next step. */
  readonly #causes = new Map<string, number[]>();
  #running: TaskNode | null = null;
  #name = "";
  #since = 0;
  #blind = false;

  /** The name of a task. */
  nameOf(task: TaskNode): string {
    return this.#tasks.get(task.id)!;
  }

  /** A task became ready. */
  added(task: TaskNode): void {
    this.#nodes.set(task.id, task);
    const within = this.#running !== null;
    // It leaves the lines of its other cases.
    if (within && selects(task)) this.interferes();
    if (within) this.#cause(this.nameOf(task));
  }

  /** The step of a task begins. */
  begin(task: TaskNode): void {
    this.end();
    const name = this.nameOf(task);
    const footprint = new Footprint();
    footprint.everywhere = this.#blind || selects(task);
    const causes = this.#causes.get(name) ?? [];
    this.#causes.delete(name);
    this.steps.push({ task: name, footprint, causes, since: this.#since });
    this.#running = task;
    this.#name = name;
  }

  /** The step that was under way is over. */
  end(): void {
    const task = this.#running;
    if (task === null) return;
    // The body is over, and looked at which children are not.
    if (task.phase !== BODY && task.phase !== PENDING) this.#add(`family ${this.#name}`, false);
    if (selects(task)) this.interferes();
    this.#running = null;
  }

  /** Nothing is ready: time moves, or the host has its turn. */
  idle(): void {
    this.end();
    this.#since = this.steps.length;
  }

  /** Something that tasks synchronise by was made: from now on each use of it is a touch. */
  made(thing: object): void {
    if (this.#running === null) return;
    this.names(thing);
    watchUses(thing, () => this.touches(thing));
  }

  names(thing: object): void {
    if (!this.#things.has(thing)) this.#things.set(thing, this.#next());
  }

  touches(thing: object, reads = false): void {
    let name = this.#things.get(thing) ?? older.get(thing);
    if (name === undefined) older.set(thing, name = `older ${++lastOlder}`);
    this.#add(name, reads);
  }

  joins(target: TaskNode): void {
    this.#add(`end ${this.nameOf(target)}`, true);
  }

  interferes(): void {
    if (this.#running !== null) this.steps.at(-1)!.footprint.everywhere = true;
  }

  losesSight(): void {
    this.#blind = true;
    this.interferes();
  }

  taskSpawned({ id, parentId }: TaskEvent): void {
    const parent = parentId === undefined ? undefined : this.#tasks.get(parentId);
    // Roots belong to executors, most often, whose queues nobody watches.
    if (parent === undefined && id !== 1) this.losesSight();
    this.#tasks.set(id, this.#next(parent ?? this.#name));
  }

  taskEnded(event: TaskEvent): void {
    const { id, parentId } = event;
    this.#add(`end ${this.#tasks.get(id)}`, false);
    const task = this.#running;
    this.#running = null; // to ask for its status is no step of the program
    const { status } = event;
    this.#running = task;
    if (status !== "completed") this.interferes();
    if (parentId === undefined) return;
    const parent = this.#tasks.get(parentId)!;
    if (task !== null && waitsForChild(this.#nodes.get(parentId), this.#nodes.get(id))) {
      this.#cause(parent);
    }
    // Children that complete may do so in any order.
    this.#add(`family ${parent}`, true);
  }

  /** The step under way is a cause of the next one of `task`. */
  #cause(task: string): void {
    const causes = this.#causes.get(task);
    if (causes === undefined) this.#causes.set(task, [this.steps.length - 1]);
    else causes.push(this.steps.length - 1);
  }

  #add(thing: string, reads: boolean): void {
    if (this.#running !== null) this.steps.at(-1)!.footprint.add(thing, reads);
  }

  #next(maker = this.#name): string {
    const count = (this.#counts.get(maker) ?? 0) + 1;
    this.#counts.set(maker, count);
    return `${maker}.${count}`;
  }
}

/** Whether a task goes on only when a child has ended. */
function waitsForChild(task: TaskNode | undefined, child: TaskNode | undefined): boolean {
  if (task === undefined || child === undefined) return false;
  if (task.phase === CHILDREN) return true;
  return (child.bits & (OWNED | RESOURCE)) === OWNED && task.waiting instanceof OwnedWait;
}

/** Whether a task stands, or stood until it was woken, in the lines of several cases. */
function selects({ waiting }: TaskNode): boolean {
  return waiting !== null && waiting.description.startsWith("select()");
}

/** Calls `touch` whenever a method or an accessor of `thing` is used, by those of the library too. */
function watchUses(
  thing: object,
  touch: () => void,
  prototype = Object.getPrototypeOf(thing),
): void {
  if (prototype === Object.prototype) return;
  watchUses(thing, touch, Object.getPrototypeOf(prototype));
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === "constructor") continue;
    const { value, get } = Object.getOwnPropertyDescriptor(prototype, key)!;
    if (typeof value === "function") {
      Object.defineProperty(thing, key, {
        configurable: true,
        value: (...args: unknown[]) => {
          touch();
          return Reflect.apply(value, thing, args);
        },
      });
    } else if (get !== undefined) {
      Object.defineProperty(thing, key, {
        configurable: true,
        get() {
          touch();
          return Reflect.apply(get, thing, []);
        },
      });
    }
  }
}
