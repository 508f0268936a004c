/**
 * The command as users of npm have it: from the packed tarball, on the oldest Node and on others.
 *
 * @module
 */

/** What a case says when it is called, and what it should say. */
interface Case {
  readonly name: string;
  /** What comes after `heddle`. */
  readonly args: string;
  readonly stdin?: string;
  readonly code: number;
  readonly stdout: RegExp;
}

const jobs = `
export const square = (x) => x * x;
export const later = (x) => new Promise((resolve) => setTimeout(resolve, 5, x));
export async function* count(n) { for (let i = 0; i < n; i++) yield i; }
export function fail() { throw new RangeError("no"); }
`;

const numbers = Array.from({ length: 500 }, (_, i) => i + 1);
const lines = `${numbers.join("\n")}\n`;
const squares = numbers.map((n) => `${n * n}\n`).join("");

const cases: readonly Case[] = [
  ...["auto", "green", "parallel", "solo"].map((pool) => ({
    name: `map on ${pool}`,
    args: `map ./jobs.js#square --pool ${pool}`,
    stdin: lines,
    code: 0,
    stdout: new RegExp(`^${squares}$`),
  })),
  {
    name: "journal and trace",
    args: "map ./jobs.js#later --resume journal --trace trace.json",
    stdin: "a\nb\n",
    code: 0,
    stdout: /^"a"\n"b"\n$/,
  },
  {
    name: "journal, resumed",
    args: "map ./jobs.js#later --resume journal",
    stdin: "a\nb\nc\n",
    code: 0,
    stdout: /^"a"\n"b"\n"c"\n$/,
  },
  { name: "stream", args: "map ./jobs.js#count 2", code: 0, stdout: /^0\n1\n$/ },
  { name: "failure", args: "map ./jobs.js#fail 2", code: 1, stdout: /^$/ },
  { name: "wrong usage", args: "map ./jobs.js#none 2", code: 2, stdout: /^$/ },
  {
    name: "dry run",
    args: "map ./jobs.js#square --dry-run 2",
    code: 0,
    stdout: /nothing has been run/,
  },
  { name: "completions", args: "completions bash", code: 0, stdout: /complete -o default/ },
  { name: "doctor", args: "doctor", code: 0, stdout: /heddle works here/ },
];

/**
 * Runs the cases.
 *
 * @param tarball what was packed
 * @param command how the command is started there, in words of a shell
 * @returns what went wrong
 */
export async function runPackedCommand(tarball: string, command: string): Promise<string[]> {
  const place = await Deno.makeTempDir();
  const wrong: string[] = [];
  try {
    await Deno.writeTextFile(`${place}/package.json`, '{ "type": "module" }');
    await Deno.writeTextFile(`${place}/jobs.js`, jobs);
    await shell(`npm install --no-audit --no-fund --silent '${tarball}'`, place, "");
    for (const { name, args, stdin = "", code, stdout } of cases) {
      const result = await shell(`${command} ${args}`, place, stdin);
      if (result.code === code && stdout.test(result.stdout)) continue;
      wrong.push(
        `${name}: exit code ${result.code}, not ${code}, or wrong output:\n${result.stdout}${result.stderr}`,
      );
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
  return wrong;
}

async function shell(line: string, cwd: string, stdin: string) {
  const child = new Deno.Command("sh", {
    args: ["-c", line],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(stdin)).then(() => writer.close()).catch(
    () => {},
  );
  const { code, stdout, stderr } = await child.output();
  await fed;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
