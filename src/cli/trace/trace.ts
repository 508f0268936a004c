/**
 * What a run did, as a picture: which job ran when, on which lane and which worker.
 *
 * It hears of tasks and calls through the scheduler's instrument. A green job has a row from its beginning to its end;
 * beneath are the steps in which it really held the thread, as far as they can be seen. A worker has a row of its own,
 * and more when it does several inputs side by side.
 *
 * @module
 */

import type { CallEvent, ForcedEnd, Instrument, TaskEvent, WorkerEvent } from "../../../mod.ts";
import { RemoteStream } from "../../executors/parallel/remote_stream.ts";
import { defaultScheduler } from "../../kernel/scheduler.ts";
import type { Entry } from "../inputs.ts";
import { Rows } from "./rows.ts";
import type { TraceEvent, TraceFile } from "./trace_file.ts";
import { WorkerRow } from "./worker_row.ts";

/** The processes of the picture, which are lanes. */
const thisThread = 1;
const workers = 2;
/** The row of the steps. */
const steps = 0;
/** Steps shorter than this, in milliseconds, would be more than one can see. */
const shortest = 0.05;
/** Of an input this many characters are shown. */
const shown = 60;

/** A job on its way. */
interface Job {
  readonly place: string;
  readonly input: string;
  readonly submittedAt: number;
  begunAt: number;
  /** Its row; -1 when it has none, or none any more, because it runs on a worker. */
  row: number;
  isRemote: boolean;
}

/** Traces one run. */
export class Trace implements Instrument {
  readonly #file: TraceFile;
  readonly #name: string;
  readonly #isLocal: boolean;
  readonly #began = performance.now();
  readonly #jobs = new Map<number, Job>();
  /** The jobs that tasks belong to which jobs have spawned. */
  readonly #owners = new Map<number, number>();
  readonly #rows = new Rows();
  readonly #rowsSeen = new Set<string>();
  readonly #workers = new Map<number, WorkerRow>();
  readonly #unlisten: () => void;
  #stepAt = 0;
  #isOver = false;
  /** Hears of errors that belong to no job. */
  onLateFailure: (error: unknown) => void = () => {};

  /**
   * Begins to trace.
   *
   * @param file where
   * @param name of the function
   * @param isLocal whether jobs may run in this thread
   */
  constructor(file: TraceFile, name: string, isLocal: boolean) {
    this.#file = file;
    file.beforeFlush = () => {
      for (const row of this.#workers.values()) row.settle(this.#isOver);
    };
    this.#name = name;
    this.#isLocal = isLocal;
    const scheduler = defaultScheduler();
    const before = scheduler.instrument;
    scheduler.instrument = this;
    this.#unlisten = () => void (scheduler.instrument = before);
  }

  /** Called once, when it can be written no more. */
  set onError(listener: (error: Error) => void) {
    this.#file.onError = listener;
  }

  /** A job has been submitted, as task `id`. */
  submitted(id: number, { place, text }: Entry): void {
    this.#jobs.set(id, {
      place,
      input: text.length <= shown ? text : `${text.slice(0, shown)}…`,
      submittedAt: performance.now(),
      begunAt: 0,
      row: -1,
      isRemote: false,
    });
  }

  /** The stream that a job had for a result has ended, or been left. */
  streamed({ place }: Entry, stream: unknown, from: number, isOk: boolean): void {
    // Of one on a worker the worker tells.
    if (stream instanceof RemoteStream) return;
    const row = this.#rows.take(from, performance.now());
    this.#rowOf(thisThread, row + 1, `slot ${row + 1}`);
    this.#slice(`${this.#name}, its stream`, thisThread, row + 1, from, performance.now(), {
      place,
      outcome: isOk ? "completed" : "failed",
    });
  }

  taskSpawned({ id, parentId }: TaskEvent): void {
    if (parentId === undefined) return;
    const owner = this.#jobs.has(parentId) ? parentId : this.#owners.get(parentId);
    if (owner !== undefined) this.#owners.set(id, owner);
  }

  taskResumed({ id }: TaskEvent): void {
    const job = this.#jobs.get(id);
    if (job === undefined && !this.#owners.has(id)) return;
    this.#stepAt = performance.now();
    if (job === undefined || job.begunAt > 0) return;
    job.begunAt = this.#stepAt;
    if (this.#isLocal) job.row = this.#rows.open();
  }

  taskParked({ id }: TaskEvent): void {
    this.#step(this.#jobs.get(this.#owners.get(id) ?? id));
  }

  taskEnded({ id, status }: TaskEvent): void {
    const job = this.#jobs.get(this.#owners.get(id) ?? id);
    this.#step(job);
    this.#owners.delete(id);
    if (job === undefined || !this.#jobs.delete(id)) return;
    this.#end(job, status);
  }

  callEnded({ taskId, job: name, worker, isOk, runMs, heldMs }: CallEvent): void {
    const job = this.#jobs.get(this.#owners.get(taskId) ?? taskId);
    if (job !== undefined) {
      job.isRemote = true;
      this.#closeRow(job);
    }
    const now = performance.now();
    const args = job === undefined ? {} : this.#about(job, now - (runMs ?? 0));
    this.#file.soon();
    this.#workerRow(worker).ended(now, runMs, heldMs, (row, begin, end) => {
      this.#rowOf(
        workers,
        tidOf(worker, row),
        `worker ${worker}${row > 0 ? `, row ${row + 1}` : ""}`,
      );
      const outcome = isOk ? "completed" : runMs === undefined ? "worker lost" : "failed";
      const shownName = job === undefined ? `${name}, its stream` : name;
      this.#slice(shownName, workers, tidOf(worker, row), begin, end, { ...args, outcome });
    });
  }

  workerReady({ worker }: WorkerEvent): void {
    this.#instant("worker is ready", worker, {});
  }

  workerLost({ worker, error, job }: WorkerEvent): void {
    this.#instant("worker is lost", worker, { error: String(error), job });
  }

  workerRetired({ worker }: WorkerEvent): void {
    this.#instant("worker retires", worker, {});
  }

  workerStuck({ worker, job }: WorkerEvent): void {
    this.#instant("worker runs on, and cannot be stopped", worker, { job });
  }

  lateFailure(error: unknown): void {
    this.onLateFailure(error);
  }

  cancellationIgnored({ name }: TaskEvent, end: ForcedEnd): void {
    this.#file.add({
      name: `${name} ignored its cancellation`,
      ph: "i",
      s: "p",
      ts: this.#micros(performance.now()),
      pid: thisThread,
      tid: steps,
      args: { end },
    });
  }

  /** Ends the trace. What runs is shown as cut off. */
  close(): void {
    this.#unlisten();
    this.#isOver = true;
    for (const job of this.#jobs.values()) {
      if (job.begunAt > 0) this.#end(job, "cut off");
    }
    this.#jobs.clear();
    this.#file.close();
  }

  #end(job: Job, outcome: string): void {
    const { row, begunAt } = job;
    if (job.isRemote || row < 0) return;
    this.#closeRow(job);
    this.#rowOf(thisThread, row + 1, `slot ${row + 1}`);
    const args = { ...this.#about(job, begunAt), outcome };
    this.#slice(this.#name, thisThread, row + 1, begunAt, performance.now(), args);
  }

  #closeRow(job: Job): void {
    if (job.row >= 0) this.#rows.close(job.row);
    job.row = -1;
  }

  #step(job: Job | undefined): void {
    const now = performance.now();
    if (job === undefined || job.isRemote || !this.#isLocal || now - this.#stepAt < shortest) {
      return;
    }
    this.#rowOf(thisThread, steps, "steps that held the thread");
    this.#slice(this.#name, thisThread, steps, this.#stepAt, now, { place: job.place });
  }

  #about({ place, input, submittedAt }: Job, begunAt: number): TraceEvent {
    const queued = Math.max(0, begunAt - submittedAt);
    return { place, input, queuedMs: Math.round(queued * 1000) / 1000 };
  }

  #instant(name: string, worker: number, args: TraceEvent): void {
    this.#rowOf(workers, tidOf(worker, 0), `worker ${worker}`);
    const ts = this.#micros(performance.now());
    this.#file.add({ name, ph: "i", s: "t", ts, pid: workers, tid: tidOf(worker, 0), args });
  }

  #slice(
    name: string,
    pid: number,
    tid: number,
    begin: number,
    end: number,
    args: TraceEvent,
  ): void {
    const ts = this.#micros(begin);
    const dur = Math.max(0, this.#micros(end) - ts);
    this.#file.add({ name, cat: "job", ph: "X", ts, dur, pid, tid, args });
  }

  #workerRow(worker: number): WorkerRow {
    let row = this.#workers.get(worker);
    if (row === undefined) this.#workers.set(worker, row = new WorkerRow(this.#began));
    return row;
  }

  /** Names a row, and the lane that it is in, before the first that is in it. */
  #rowOf(pid: number, tid: number, name: string): void {
    const key = `${pid} ${tid}`;
    if (this.#rowsSeen.has(key)) return;
    const lane = pid === thisThread ? "green lane (this thread)" : "parallel lane (workers)";
    if (!this.#rowsSeen.has(`${pid}`)) {
      this.#rowsSeen.add(`${pid}`);
      this.#label("process_name", pid, 0, { name: lane });
    }
    this.#rowsSeen.add(key);
    this.#label("thread_name", pid, tid, { name });
    this.#label("thread_sort_index", pid, tid, { sort_index: tid });
  }

  #label(name: string, pid: number, tid: number, args: TraceEvent): void {
    this.#file.add({ name, ph: "M", ts: 0, pid, tid, args });
  }

  #micros(ms: number): number {
    return Math.round((ms - this.#began) * 1000);
  }
}

/** The number of a row: workers have a hundred each. */
function tidOf(worker: number, row: number): number {
  return worker * 100 + row;
}
