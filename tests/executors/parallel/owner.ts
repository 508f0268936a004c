/** What a pool is to a link, as small as can be: a promise for each call, and a record of all that was said. */
import type {
  Call,
  CallChunk,
  LinkEvents,
  WorkerLoss,
} from "../../../src/executors/parallel/link/call.ts";
import type { LinkOptions } from "../../../src/executors/parallel/link/link_options.ts";
import { nodeThreads } from "../../../src/executors/parallel/platforms/node_threads.ts";
import { WorkerLink } from "../../../src/executors/parallel/link/worker_link.ts";

const here = (path: string): URL => new URL(path, import.meta.url);
const ENTRY = here("fixtures/plain_entry.ts");

/** The URL of a fixture. */
export const fixture = (name: string): string => here(`fixtures/${name}.ts`).href;

/** A call with a promise. */
export class OwnedCall implements Call {
  readonly id: number;
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
  timeout?: number;
  grace?: number;
  attempt?: number;
  context?: unknown;
  watch?: boolean;
  transfer?: readonly Transferable[];
  stack?: string;
  chunk?: CallChunk;
  priority?: number;
  slot = -1;
  settle: (isOk: boolean, value: unknown) => void = () => {};

  constructor(id: number, module: string, name: string, args: readonly unknown[]) {
    this.id = id;
    this.module = module;
    this.name = name;
    this.args = args;
  }
}

/** Thrown to who awaits a call that was returned or lost. */
export class Unsettled extends Error {}

export type CallOptions = Partial<
  Pick<
    OwnedCall,
    | "module"
    | "timeout"
    | "grace"
    | "attempt"
    | "context"
    | "watch"
    | "transfer"
    | "stack"
    | "chunk"
    | "priority"
  >
>;

/** Owns one link. */
export class Owner {
  readonly link: WorkerLink<OwnedCall>;
  readonly calls: OwnedCall[] = [];
  readonly returned: OwnedCall[] = [];
  readonly abandoned: OwnedCall[] = [];
  readonly losses: WorkerLoss<OwnedCall>[] = [];
  readonly late: unknown[] = [];
  readonly progress: unknown[] = [];
  readonly items: unknown[] = [];
  readonly times: [run: number, held: number][] = [];
  /** How often each call was settled, returned or lost. */
  readonly ends = new Map<OwnedCall, number>();
  #waiting: { test: () => boolean; resolve: () => void }[] = [];
  #begun = 0;
  #ready = false;
  #streams = 0;

  constructor(options: Partial<LinkOptions<OwnedCall>> = {}) {
    const end = (call: OwnedCall) => {
      this.ends.set(call, (this.ends.get(call) ?? 0) + 1);
      this.#look();
    };
    const events: LinkEvents<OwnedCall> = {
      ready: () => this.#note(() => this.#ready = true),
      settled: (call, isOk, value, run, held) => {
        this.times.push([run, held]);
        call.settle(isOk, value);
        end(call);
      },
      begun: () => this.#note(() => this.#begun++),
      returned: (call) => {
        this.returned.push(call);
        call.settle(false, new Unsettled("returned"));
        end(call);
      },
      abandoned: (call) => this.#note(() => this.abandoned.push(call)),
      streamOpened: () => this.#note(() => this.#streams++),
      streamItem: (_, value) => this.#note(() => this.items.push(value)),
      progress: (_, value) => this.#note(() => this.progress.push(value)),
      lateFailure: (error) => this.#note(() => this.late.push(error)),
      lost: (loss) => {
        this.losses.push(loss);
        for (const call of [...loss.begun, ...loss.notBegun]) {
          call.settle(false, new Unsettled("lost", { cause: loss.error }));
          end(call);
        }
        this.#look();
      },
    };
    this.link = new WorkerLink({ adapter: nodeThreads, entry: ENTRY, ...options }, events);
  }

  call(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    const { module = fixture("jobs"), ...rest } = options;
    const call = Object.assign(new OwnedCall(this.calls.length, module, name, args), rest);
    this.calls.push(call);
    const result = new Promise((resolve, reject) => {
      call.settle = (isOk, value) => isOk ? resolve(value) : reject(value);
    });
    this.link.send(call);
    return result;
  }

  last(): OwnedCall {
    return this.calls.at(-1) as OwnedCall;
  }

  until(test: () => boolean): Promise<void> {
    return test()
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiting.push({ test, resolve }));
  }
  ready = (): Promise<void> => this.until(() => this.#ready);
  begun = (n = 1): Promise<void> => this.until(() => this.#begun >= n);
  streaming = (): Promise<void> => this.until(() => this.#streams > 0);
  gone = (): Promise<void> => this.until(() => this.losses.length > 0);

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link.retire(2000);
  }

  #note(what: () => unknown): void {
    what();
    this.#look();
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ test }) => !test());
    for (const one of waiting) if (!this.#waiting.includes(one)) one.resolve();
  }
}

/** Two words a job and its test tell each other things with: that it has begun, and that it may go on. */
export class Flag {
  readonly words: Int32Array = new Int32Array(new SharedArrayBuffer(8));

  /** Resolves when the job has begun. */
  async begun(): Promise<void> {
    const wait = Atomics.waitAsync(this.words, 0, 0);
    if (wait.async) await wait.value;
  }

  letGo(): void {
    Atomics.store(this.words, 1, 1);
    Atomics.notify(this.words, 1);
  }
}

/** What a promise was rejected with. */
export async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected the call to fail");
}
