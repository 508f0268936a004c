/**
 * A load test over HTTP: how long a cheap request takes while others are computed for. The servers are processes of their
 * own, all traffic is on the loopback interface, and both its count and its time are bounded.
 *
 * A ping is due every 10 ms, whether or not the last one has been answered, and its time counts from when it was due
 * (G. Tene, "How not to measure latency", 2013: a client that waits for its answers leaves out the worst of them).
 *
 * @module
 */

import { load } from "../examples/responsive_service_jobs.ts";
import { httpPicture } from "./http_picture.ts";
import { median } from "./measure.ts";

/** How long pings took with one server. */
export interface PingTimes {
  readonly name: string;
  /** The time within which half, nine of ten, and ninety-nine of a hundred were answered, in milliseconds. */
  readonly quantiles: readonly [p50: number, p90: number, p99: number];
  /** How many pictures it made in a second meanwhile. */
  readonly pictures: number;
}

interface Contender {
  readonly name: string;
  readonly server: string;
  /** How many clients ask for pictures, one after the other. */
  readonly clients: number;
}

const contenders: readonly Contender[] = [
  { name: "adaptive executor, nobody asks for pictures", server: "adaptive", clients: 0 },
  { name: "plain Deno", server: "plain", clients: 4 },
  { name: "adaptive executor", server: "adaptive", clients: 4 },
  { name: "adaptive executor, a core kept free", server: "spare", clients: 4 },
];
const rounds = 5;
const pings = 250;
const warmUp = 100;
/** Should a server be so slow that its requests pile up, there is an end all the same, in milliseconds. */
const patience = 60_000;

/** What one round of one server came to: its quantiles, and pictures a second. */
type Round = readonly [p50: number, p90: number, p99: number, pictures: number];

/** Runs the test. Rounds are interleaved, and the median over them counts, so that a noisy minute is everybody's. */
export async function http(): Promise<string[]> {
  const measured = contenders.map((): Round[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      measured[index]!.push(await measureRound(contender));
    }
  }
  const results = contenders.map(({ name }, index): PingTimes => {
    const middle = (field: number): number =>
      median(measured[index]!.map((round) => round[field]!));
    return { name, quantiles: [middle(0), middle(1), middle(2)], pictures: middle(3) };
  });
  const picture = new URL("../docs/http_latency.svg", import.meta.url);
  await Deno.writeTextFile(picture, httpPicture(results));
  await writeTable(results);
  return report(results);
}

async function measureRound({ server, clients }: Contender): Promise<Round> {
  await using running = await start(server);
  await bounded(load(running.origin, warmUp, clients));
  const began = performance.now();
  const times = await bounded(load(running.origin, pings, clients));
  const seconds = (performance.now() - began) / 1000;
  const sorted = times.pings.sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1]!;
  return [at(0.5), at(0.9), at(0.99), times.pictures.length / seconds];
}

/** A server that is a process, until it is disposed of. */
async function start(name: string): Promise<{ origin: string } & AsyncDisposable> {
  const program = new URL("./http_server.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", program, name],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await lines.read();
  return {
    origin: `http://127.0.0.1:${Number(value)}`,
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await Promise.all([child.status, lines.cancel()]);
    },
  };
}

async function bounded<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The load test has not ended within ${patience} ms`)),
      patience,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function report(results: readonly PingTimes[]): string[] {
  const [, plain] = results;
  return [
    "http: a ping every 10 ms while 4 clients ask for pictures",
    `  ${"".padEnd(44)}       p50       p90       p99   p99 against plain   pictures/s`,
    ...results.map(({ name, quantiles, pictures }) => {
      const ratio = `${(plain!.quantiles[2] / quantiles[2]).toPrecision(3)} ×`;
      const times = quantiles.map((ms) => readable(ms).padStart(9)).join(" ");
      return `  ${name.padEnd(44)} ${times} ${ratio.padStart(19)} ${
        pictures.toFixed(1).padStart(12)
      }`;
    }),
  ];
}

/** Replaces the table between its marks in the guide. */
async function writeTable(results: readonly PingTimes[]): Promise<void> {
  const guide = new URL("../docs/http_latency.md", import.meta.url);
  const text = await Deno.readTextFile(guide);
  const marked = /(<!-- bench -->)[\s\S]*?(<!-- \/bench -->)/;
  if (!marked.test(text)) {
    throw new Error(
      "docs/http_latency.md has no place for the table: <!-- bench --> … <!-- /bench -->",
    );
  }
  const rows = results.map(({ name, quantiles, pictures }) =>
    `| ${name} | ${quantiles.map(readable).join(" | ")} | ${pictures.toFixed(1)} |`
  );
  const table = [
    "| server | half of the pings | nine of ten | 99 of 100 | pictures a second |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
  await Deno.writeTextFile(
    guide,
    text.replace(marked, (_, begin, end) => `${begin}\n\n${table}\n\n${end}`),
  );
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", guide.pathname] }).output();
}

/** A time as people read it. */
export function readable(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(0)} ms`;
}
