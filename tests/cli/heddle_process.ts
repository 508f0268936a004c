/**
 * The command as a process.
 *
 * @module
 */

const root = new URL("../../", import.meta.url);
const jobs = new URL("fixtures/jobs.ts", import.meta.url);

/** How it is started. */
export interface HeddleOptions {
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
}

/** How it ended. */
export interface HeddleResult {
  code: number;
  stdout: string;
  stderr: string;
  /** What stdout says, line by line. */
  values: unknown[];
}

/** What is called with `map`: an export of the fixtures. */
export function job(name: string): string {
  return `${jobs.pathname}#${name}`;
}

const cli = new URL("cli.ts", root).pathname;

/** Starts it, with pipes on all sides. */
export function start(args: string[], env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    // What Deno itself has to tell, as when it fetches something, is not what the command says.
    args: ["run", "--quiet", "--no-prompt", "--allow-all", cli, ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs it to its end. */
export async function heddle(
  args: string[],
  { stdin = "", env }: HeddleOptions = {},
): Promise<HeddleResult> {
  const child = start(args, env);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    feed(child, stdin),
  ]);
  return { code, stdout, stderr, values: valuesOf(stdout) };
}

async function feed(child: Deno.ChildProcess, input: string | Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
    await writer.close();
  } catch {
    // It ended without reading to the end, as it may.
  }
}

function valuesOf(stdout: string): unknown[] {
  try {
    return stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

/** Reads a stream piece by piece, as text. */
export class TextReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  /** All that has been read. */
  text = "";

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.pipeThrough(
      new TextDecoderStream() as TransformStream<Uint8Array, string>,
    ).getReader();
  }

  /** Reads until `part` has come, or the end. */
  async until(part: string): Promise<void> {
    while (!this.text.includes(part) && await this.#read());
  }

  /** Reads to the end. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.text;
  }

  /** Reads no more, and lets the writer know. */
  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#reader.read();
    if (!done) this.text += value;
    return !done;
  }
}
