/**
 * The parallel pool against its peers, on Deno from the source and on Node from the packed library, each in processes of
 * their own. A peer that does not work on a runtime is left out there, with the reason.
 *
 * Run by itself: `deno run -A bench/pool.ts [deno | node] [start,many,cpu,buffers,idle]`.
 *
 * @module
 */

import { installPacked, transpile } from "../tools/packed.ts";

const FOLDER = new URL("./pool/", import.meta.url);
const PARTS = ["start", "many", "cpu", "buffers", "idle"];
const PEERS = ["piscina", "piscina, 16 tasks a worker", "tinypool", "workerpool", "poolifier"];

/** Milliseconds until a peer is taken to hang, until a measurement is, and until an idle process should have ended. */
const patience = { probe: 15_000, measure: 280_000, end: 1000 };

/** How to run the program of the measurements. */
interface Runtime {
  readonly name: string;
  readonly command: readonly string[];
}

/** Measures, and prints what came out. */
export async function pool([only, parts]: readonly string[]): Promise<void> {
  const wanted = parts === undefined ? PARTS : parts.split(",");
  const python = wanted.includes("many") ? await pythonNs() : undefined;
  const place = await Deno.makeTempDir();
  try {
    for (const runtime of [onDeno(), await onNode(place)]) {
      if (typeof runtime === "string") console.log(runtime);
      else if (only === undefined || runtime.name === only) {
        await measureOn(runtime, wanted, python);
      }
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function measureOn(
  { name, command }: Runtime,
  parts: readonly string[],
  python: number | undefined,
): Promise<void> {
  console.log(`The parallel pool on ${name}`);
  const peers: string[] = [];
  if (parts.includes("many")) {
    for (const peer of PEERS) {
      const { why } = await ended([...command, "probe", peer], patience.probe);
      if (why === undefined) peers.push(peer);
      else console.log(`  ${peer} is left out: it ${why}`);
    }
  }
  const measured = parts.filter((part) => part !== "idle").join(",");
  const args = ["measure", measured, String(python ?? NaN), peers.join(";")];
  if (measured !== "") await tell([...command, ...args]);
  if (parts.includes("idle")) {
    const endedAt = await tell([...command, "idle"]);
    const verdict = endedAt < patience.end ? "kept" : "MISSED";
    console.log(`its process ends by itself ${endedAt.toFixed(0)} ms after   bar: ${verdict}`);
  }
}

/** Runs a measurement and prints what it says; returns how long after that it ended. */
async function tell(command: readonly string[]): Promise<number> {
  const { lines, why, afterLast } = await ended(command, patience.measure);
  for (const line of lines) console.log(line);
  if (why !== undefined) throw new Error(`The measurement ${why}`);
  return afterLast;
}

/** Runs a program to its end, or ends it; `why` says what was wrong. */
async function ended([file, ...args]: readonly string[], ms: number): Promise<
  { lines: string[]; why: string | undefined; afterLast: number }
> {
  const child = new Deno.Command(file, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isHung = false;
  const timer = setTimeout(() => {
    isHung = true;
    child.kill("SIGKILL");
  }, ms);
  let text = "";
  let lastAt = performance.now();
  const said = (async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      lastAt = performance.now();
    }
  })();
  const [stderr, { code }] = await Promise.all([child.stderr.text(), child.status, said]);
  const afterLast = performance.now() - lastAt;
  clearTimeout(timer);
  const failure = stderr.split("\n").find((line) => line.includes("Error")) ?? `exit code ${code}`;
  const why = isHung
    ? `did not end within ${ms / 1000} s`
    : code === 0
    ? undefined
    : `failed: ${failure}`;
  return { lines: text.split("\n").filter((line) => line !== ""), why, afterLast };
}

function onDeno(): Runtime {
  const program = decodeURIComponent(new URL("program.ts", FOLDER).pathname);
  const args = ["run", "--no-prompt", "--allow-all", "--v8-flags=--expose-gc", program];
  return { name: "deno", command: [Deno.execPath(), ...args] };
}

/** What Node needs is put into a folder of its own: the packed library, the peers from npm, and the program in JavaScript. */
async function onNode(place: string): Promise<Runtime | string> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  ) as { imports: Record<string, string> };
  const specs = ["piscina", "poolifier", "tinypool", "workerpool"].map((name) =>
    imports[name].replace("npm:", "")
  );
  const npm = await new Deno.Command("npm", {
    args: [
      "install",
      "--no-save",
      "--prefix",
      place,
      "--no-audit",
      "--no-fund",
      "--silent",
      ...specs,
    ],
    cwd: place,
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  if (!npm.success) return "Node is left out: npm could not install the peers";
  await installPacked(place);
  await Deno.mkdir(`${place}/pool`);
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith(".ts")) continue;
    await transpile(`bench/pool/${name}`, `${place}/pool/${name.replace(/\.ts$/, ".js")}`);
  }
  for (const name of ["measure", "report"]) {
    await transpile(`bench/${name}.ts`, `${place}/${name}.js`);
  }
  return { name: "node", command: ["node", "--expose-gc", `${place}/pool/program.js`] };
}

/** What an item takes through `multiprocessing.Pool.imap`, where Python is there. */
async function pythonNs(): Promise<number | undefined> {
  const script = decodeURIComponent(new URL("imap.py", FOLDER).pathname);
  try {
    const { lines, why } = await ended(["python3", script], patience.measure);
    if (why !== undefined) throw new Error(`it ${why}`);
    const ns = Number(lines[0]);
    console.log(`Python's imap over 1,000,000 numbers: ${ns.toFixed(0)} ns each`);
    return ns;
  } catch (error) {
    console.log(`Python is left out: ${(error as Error).message}`);
    return undefined;
  }
}

if (import.meta.main) await pool(Deno.args);
