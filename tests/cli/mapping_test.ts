import { assert, assertEquals } from "@std/assert";
import { GreenPool, run } from "../../mod.ts";
import type { Entry, Inputs } from "../../src/cli/inputs.ts";
import { Mapping } from "../../src/cli/mapping.ts";
import type { Sink } from "../../src/cli/output.ts";
import { findTarget } from "../../src/cli/target.ts";
import { job } from "./heddle_process.ts";

const width = 10;

/** Endless inputs that tell how many were taken, and whether they were closed. */
class Endless implements Inputs {
  readonly total = undefined;
  taken = 0;
  isClosed = false;

  [Symbol.asyncIterator](): AsyncIterator<Entry> {
    return {
      next: () => {
        const text = String(this.taken++);
        return Promise.resolve({
          done: false,
          value: { place: `line ${text}`, text, value: text },
        });
      },
      return: () => {
        this.isClosed = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

/** Takes no more lines than it is told to. */
class Reader implements Sink {
  lines: string[] = [];
  isClosed = false;
  isFull = true;
  read: () => void = () => {};

  write(line: string): void {
    this.lines.push(line);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => this.read = resolve);
  }
}

async function start(): Promise<{ inputs: Endless; output: Reader; task: Promise<void> }> {
  const inputs = new Endless();
  const output = new Reader();
  const executor = new GreenPool({ size: width });
  const mapping = new Mapping({
    target: await findTarget(job("echo")),
    lane: {
      executor,
      submit: {},
      retry: null,
      width,
      atATime: width,
      workers: null,
      isLocal: true,
      learns: false,
    },
    output,
    ordered: true,
    onError: "fail",
    onFailure: () => {},
    onCleanupFailure: () => {},
    onDone: () => {},
  });
  return { inputs, output, task: run(() => mapping.run(inputs)) };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("Mapping takes no inputs while nobody reads its results", async () => {
  const { inputs, output, task } = await start();
  // The first turns import the module of the jobs.
  while (output.lines.length === 0) await turns(1);
  await turns(200);
  const taken = inputs.taken;
  assert(taken <= 1 + 3 * width, `${taken} were taken`);
  assertEquals(output.lines, ['"0"\n']);
  await turns(200);
  assertEquals(inputs.taken, taken);
  output.read();
  await turns(200);
  assertEquals(output.lines, ['"0"\n', '"1"\n']);
  assert(inputs.taken - taken <= 2, `${inputs.taken - taken} more were taken`);
  output.isClosed = true;
  output.read();
  await task;
});

Deno.test("Mapping closes its inputs when the reader has gone", async () => {
  const { inputs, output, task } = await start();
  while (output.lines.length === 0) await turns(1);
  output.isClosed = true;
  output.read();
  await task;
  assertEquals(inputs.isClosed, true);
});
