/**
 * Packs the package for npm, with its command: `deno pack` knows nothing of `bin`, so that and what belongs to it is added.
 *
 * ```sh
 * deno task pack heddle.tgz && npx ./heddle.tgz --help
 * ```
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** What npm is told beyond what `deno pack` tells it. */
const additions = {
  bin: { heddle: "./cli.js" },
  engines: { node: ">=20" },
  // What bundlers for browsers leave out: they would look for Node's modules.
  browser: Object.fromEntries(
    ["worker_entry", "process_entry", "permitted_entry"].map((name) => [
      `./src/executors/parallel/worker/${name}.js`,
      false,
    ]),
  ),
};

/** The module that workers in a browser start with, for those who bundle it. */
const workerExport = { "./worker": "./src/executors/parallel/worker/web_entry.js" };

/**
 * Packs the package.
 *
 * @param tarball where to; an absolute path
 */
export async function pack(tarball: string): Promise<void> {
  const place = await Deno.makeTempDir();
  try {
    await run(Deno.execPath(), "pack", "--allow-dirty", "--output", `${place}/plain.tgz`);
    await run("tar", "-xzf", `${place}/plain.tgz`, "-C", place);
    const manifest = `${place}/package/package.json`;
    const entries = JSON.parse(await Deno.readTextFile(manifest));
    const exports = { ...entries.exports, ...workerExport };
    const full = { ...entries, ...additions, exports };
    await Deno.writeTextFile(manifest, `${JSON.stringify(full, null, 2)}\n`);
    const command = `${place}/package/cli.js`;
    const code = await Deno.readTextFile(command);
    await Deno.writeTextFile(command, `#!/usr/bin/env node\n${code}`);
    await Deno.chmod(command, 0o755);
    await run("tar", "-czf", tarball, "-C", place, "package");
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return;
  throw new Error(`${program} ${args.join(" ")}:\n${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  const [name = "heddle.tgz"] = Deno.args;
  const tarball = name.startsWith("/") ? name : `${Deno.cwd()}/${name}`;
  await pack(tarball);
  console.log(`Packed ${tarball}`);
}
