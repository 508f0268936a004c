import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { heddle, job, start, TextReader } from "./heddle_process.ts";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, unknown>>;
}

async function traced(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/trace.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The events, each of which has what the viewers need. */
async function eventsOf(path: string): Promise<TraceEvent[]> {
  const { traceEvents } = JSON.parse(await Deno.readTextFile(path)) as {
    traceEvents: TraceEvent[];
  };
  for (const event of traceEvents) {
    assertMatch(event.ph, /^[XMi]$/);
    for (const number of [event.ts, event.pid, event.tid]) assert(Number.isInteger(number));
    if (event.ph === "X") assert(Number.isInteger(event.dur) && event.dur! >= 0 && event.ts >= 0);
  }
  return traceEvents;
}

function assertNoOverlap(slices: TraceEvent[]): void {
  const ends = new Map<string, number>();
  for (const { pid, tid, ts, dur } of slices.toSorted((a, b) => a.ts - b.ts)) {
    const row = `${pid} ${tid}`;
    assert(ts >= (ends.get(row) ?? 0), `row ${row} overlaps at ${ts}`);
    ends.set(row, ts + dur!);
  }
}

for (
  const [pool, name, lane] of [
    ["green", "inTurn", "green lane (this thread)"],
    ["parallel", "compute", "parallel lane (workers)"],
    ["parallel", "crowd", "parallel lane (workers)"],
    ["auto", "compute", "parallel lane (workers)"],
  ]
) {
  Deno.test(`heddle map --pool ${pool} --trace shows each ${name} in its place`, () =>
    traced(async (path) => {
      const inputs = Array.from({ length: 20 }, (_, i) => `input ${i}`);
      const more = name === "crowd" ? ["--per-worker", "8"] : [];
      const args = ["map", job(name!), "--pool", pool!, "--trace", path, ...more, ...inputs];
      const { code, stderr } = await heddle(args);
      assertEquals([code, stderr], [0, ""]);
      const events = await eventsOf(path);
      const slices = events.filter(({ ph, args }) => ph === "X" && args.input !== undefined);
      assertEquals(
        slices.map(({ args }) => args.place).sort(),
        inputs.map((_, i) => `argument ${i + 1}`).sort(),
      );
      for (const { name: shown, args } of slices) {
        assertEquals([shown, args.outcome], [name, "completed"]);
        assertEquals(args.place, `argument ${Number(String(args.input).slice(6)) + 1}`);
      }
      assertNoOverlap(slices);
      if (name === "compute") {
        // A result that was long on its way may cut into the next slice.
        const short = slices.filter(({ dur }) => dur! < 24_000);
        assert(short.length <= 3, `${short.map(({ dur }) => dur)} µs`);
      }
      const lanes = events.filter((event) => event.name === "process_name");
      const { pid } = lanes.find(({ args }) => args.name === lane)!;
      assert(slices.some((slice) => slice.pid === pid));
      for (const { pid, tid } of slices) {
        assert(events.some((e) => e.name === "thread_name" && e.pid === pid && e.tid === tid));
      }
    }));
}

Deno.test("heddle map --trace shows steps that held the thread, failures, attempts and streams", () =>
  traced(async (path) => {
    const failing = ["map", job("badThree"), "2", "3", "--on-error", "skip", "--trace", path];
    await heddle([...failing, "--pool", "parallel"]);
    let events = await eventsOf(path);
    assertEquals(
      events.filter(({ args }) => args.input !== undefined).map((
        { args },
      ) => [args.input, args.outcome]).sort(),
      [["2", "completed"], ["3", "failed"]],
    );
    await heddle([
      "map",
      job("third"),
      "1",
      "--pool",
      "parallel",
      "-c",
      "1",
      "--retries",
      "2",
      "--trace",
      path,
    ]);
    events = await eventsOf(path);
    assertEquals(
      events.filter(({ args }) => args.input !== undefined).map(({ args }) => args.outcome),
      ["failed", "failed", "completed"],
    );
    for (const pool of ["green", "parallel"]) {
      await heddle(["map", job("count"), "3", "--pool", pool, "--trace", path]);
      events = await eventsOf(path);
      assert(events.some(({ name, ph }) => ph === "X" && name === "count, its stream"), pool);
    }
    await heddle(["map", job("compute"), "1", "--pool", "solo", "--trace", path]);
    events = await eventsOf(path);
    const steps = events.find(({ name, args }) =>
      name === "thread_name" && args.name === "steps that held the thread"
    )!;
    assert(
      events.some(({ tid, pid, dur, ph }) =>
        ph === "X" && pid === steps.pid && tid === steps.tid && dur! >= 24_000
      ),
    );
  }));

Deno.test({
  name: "heddle map --trace is whole after an interruption, and after kill -9",
  ignore: Deno.build.os === "windows",
  fn: () =>
    traced(async (path) => {
      for (const signal of ["SIGINT", "SIGKILL"] as const) {
        const child = start(["map", job("tells"), "a", "stop", "--pool", "green", "--trace", path]);
        const stderr = new TextReader(child.stderr);
        await stderr.until("ran stop");
        while (!(await Deno.readTextFile(path)).includes('"input":"a"')) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        child.kill(signal);
        await Promise.all([
          child.status,
          stderr.rest(),
          child.stdout.cancel(),
          child.stdin.close(),
        ]);
        const slices = (await eventsOf(path)).filter(({ args }) => args.input !== undefined);
        const expected = signal === "SIGINT" ? ["completed", "cancelled"] : ["completed"];
        assertEquals(slices.map(({ args }) => args.outcome), expected);
      }
    }),
});

Deno.test("heddle map --trace overwrites traces, and nothing else", () =>
  traced(async (path) => {
    const args = ["map", job("echo"), "1", "--trace", path];
    await Deno.writeTextFile(path, "my notes");
    const refused = await heddle(args);
    assertEquals([refused.code, refused.stdout], [2, ""]);
    assertStringIncludes(
      refused.stderr,
      "exists, and is no trace of heddle: give --trace another name",
    );
    assertEquals(await Deno.readTextFile(path), "my notes");
    await Deno.remove(path);
    for (let i = 0; i < 2; i++) assertEquals((await heddle(args)).code, 0);
    const none = await heddle(["map", job("echo"), "1", "--trace", `${path}/none/t.json`]);
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "Cannot write the trace");
  }));
