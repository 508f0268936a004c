/**
 * A reference model of OTP's rules, in the plainest form: no tasks, no time but a number, and every consequence of an
 * event is worked out before the next. It says what a tree of supervisors does, as lines of a log.
 */
import type { AutoShutdown, RestartType, Strategy } from "../../mod.ts";

/** What a worker does each time it is started, in order; after the last it stays up. */
export type Run = { kind: "unstartable" } | { kind: "completes" | "fails"; after: number };

interface Common {
  id: string;
  restart: RestartType;
  significant: boolean;
}

export interface WorkerPlan extends Common {
  runs: readonly Run[];
}

export interface SupervisorPlan extends Common {
  strategy: Strategy;
  maxRestarts: number;
  within: number;
  autoShutdown: AutoShutdown;
  children: readonly Plan[];
}

export type Plan = WorkerPlan | SupervisorPlan;

/** A command to the supervisor at the root. */
export interface Command {
  at: number;
  verb: "stop" | "restart" | "remove" | "start";
  /** Which of the children, counted around; for a start, what to start. */
  which: number;
}

export const isSupervisor = (plan: Plan): plan is SupervisorPlan => "children" in plan;

type End = "completed" | "failed";

/** Something that is started, ends by itself, and is stopped. */
abstract class Unit {
  alive = false;
  readonly plan: Plan;
  readonly model: Model;
  readonly parent: SupervisorUnit | null;

  constructor(plan: Plan, model: Model, parent: SupervisorUnit | null) {
    this.plan = plan;
    this.model = model;
    this.parent = parent;
  }

  abstract start(): boolean;
  abstract stop(): void;
}

class WorkerUnit extends Unit {
  endsAt = Infinity;
  end: End = "completed";

  start(): boolean {
    const { id, runs } = this.plan as WorkerPlan;
    const count = this.model.starts.get(id) ?? 0;
    this.model.starts.set(id, count + 1);
    const run = runs[count];
    if (run?.kind === "unstartable") {
      this.model.note(`x ${id}`);
      return false;
    }
    this.model.note(`+ ${id}`);
    this.alive = true;
    this.model.workers.add(this);
    this.endsAt = run === undefined ? Infinity : this.model.now + run.after;
    if (run !== undefined) this.end = run.kind === "fails" ? "failed" : "completed";
    return true;
  }

  stop(): void {
    this.model.note(`- ${this.plan.id}`);
    this.alive = false;
    this.model.workers.delete(this);
  }
}

export class SupervisorUnit extends Unit {
  children: Unit[] = [];
  #restarts: number[] = [];

  get #plan(): SupervisorPlan {
    return this.plan as SupervisorPlan;
  }

  start(): boolean {
    this.#restarts = [];
    this.children = this.#plan.children.map((plan) => this.model.unit(plan, this));
    this.alive = true;
    for (const child of this.children) {
      if (child.start()) continue;
      this.stop();
      return false;
    }
    return true;
  }

  stop(): void {
    for (const child of [...this.children].reverse()) if (child.alive) child.stop();
    this.alive = false;
  }

  /** A child has ended by itself. */
  ended(child: Unit, end: End): void {
    const { restart, significant } = child.plan;
    if (restart === "permanent" || (restart === "transient" && end === "failed")) {
      return this.#restart(child);
    }
    if (restart === "temporary") this.#remove(child);
    const { autoShutdown } = this.#plan;
    if (!significant || autoShutdown === "never") return;
    const left = this.children.some((other) => other.alive && other.plan.significant);
    if (autoShutdown === "any_significant" || !left) this.#over("completed");
  }

  #restart(child: Unit): void {
    const { strategy, maxRestarts, within } = this.#plan;
    // A restart that fails is one more restart, of the one that did not start.
    for (let cause: Unit | undefined = child; cause !== undefined;) {
      const { now } = this.model;
      this.#restarts = [...this.#restarts.filter((at) => at >= now - within), now];
      if (this.#restarts.length > maxRestarts) return this.#over("failed");
      if (strategy === "one_for_one") {
        if (cause.start()) return;
        continue;
      }
      const from: number = strategy === "one_for_all" ? 0 : this.children.indexOf(cause);
      const concerned = this.children.slice(from);
      for (const other of [...concerned].reverse()) {
        if (other.alive) other.stop();
        if (other.plan.restart === "temporary") this.#remove(other);
      }
      cause = concerned
        .filter((other) => other.plan.restart !== "temporary")
        .find((other) => !other.start());
    }
  }

  #over(end: End): void {
    this.stop();
    if (this.parent === null) this.model.result = end;
    else this.parent.ended(this, end);
  }

  #remove(child: Unit): void {
    this.children = this.children.filter((other) => other !== child);
  }

  command({ verb, which }: Command, more: readonly Plan[]): void {
    if (verb === "start") {
      const plan = more[which % more.length];
      if (this.children.some((child) => child.plan.id === plan.id)) return;
      const child = this.model.unit(plan, this);
      if (child.start()) this.children.push(child);
      return;
    }
    if (this.children.length === 0) return;
    const child = this.children[which % this.children.length];
    if (child.alive) child.stop();
    if (verb === "remove") return this.#remove(child);
    const stays = verb === "restart" && child.start();
    if (!stays && child.plan.restart === "temporary") this.#remove(child);
  }
}

/** Two things happen at the same moment, and nothing says which comes first. */
export class Tie extends Error {}

/** The model of one tree. */
export class Model {
  now = 0;
  readonly log: string[] = [];
  readonly workers = new Set<WorkerUnit>();
  /** How often each worker was started. */
  readonly starts = new Map<string, number>();
  result: End | "unstartable" | "running" = "running";

  note(line: string): void {
    this.log.push(`${this.now} ${line}`);
  }

  unit(plan: Plan, parent: SupervisorUnit): Unit {
    return isSupervisor(plan)
      ? new SupervisorUnit(plan, this, parent)
      : new WorkerUnit(plan, this, parent);
  }

  /** Works out what happens up to `until`, when the root is stopped. */
  run(plan: SupervisorPlan, commands: readonly Command[], more: readonly Plan[], until: number) {
    const root = new SupervisorUnit(plan, this, null);
    const ahead = [...commands];
    if (!root.start()) {
      this.result = "unstartable";
      return;
    }
    while (this.result === "running") {
      const next = [...this.workers].sort((a, b) => a.endsAt - b.endsAt);
      const at = Math.min(next[0]?.endsAt ?? Infinity, ahead[0]?.at ?? Infinity);
      const same = next.filter((worker) => worker.endsAt === at).length +
        ahead.filter((command) => command.at === at).length;
      if (at >= until) break;
      if (same > 1) throw new Tie();
      this.now = at;
      if (ahead[0]?.at === at) root.command(ahead.shift()!, more);
      else {
        const [worker] = next;
        worker.alive = false;
        this.workers.delete(worker);
        this.note(`! ${worker.plan.id}`);
        worker.parent!.ended(worker, worker.end);
      }
    }
    if (this.result !== "running") return;
    this.now = until;
    root.stop();
  }
}
