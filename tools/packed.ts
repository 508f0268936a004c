/**
 * The library as users of Node have it: packed for npm, in `node_modules`; and programs beside it.
 *
 * @module
 */

import { pack } from "./pack.ts";

const ROOT = new URL("../", import.meta.url);

/** Runs a command of Deno's in the folder of the project. */
async function deno(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`deno ${args.join(" ")}:\n${new TextDecoder().decode(stderr)}`);
}

/**
 * Puts the packed library where npm would.
 *
 * @param place a folder
 */
export async function installPacked(place: string): Promise<void> {
  const home = `${place}/node_modules/@heddle/runtime`;
  await Deno.mkdir(home, { recursive: true });
  await pack(`${place}/heddle.tgz`);
  const tar = ["-xzf", `${place}/heddle.tgz`, "-C", home, "--strip-components=1"];
  const { success } = await new Deno.Command("tar", { args: tar }).output();
  if (!success) throw new Error("Cannot unpack the tarball");
  await Deno.writeTextFile(`${place}/package.json`, '{ "type": "module" }');
}

/**
 * Writes a module in JavaScript that finds its neighbours, and the library, as Node does.
 *
 * @param from the module's path in the project
 * @param to where to write it
 */
export async function transpile(from: string, to: string): Promise<void> {
  await deno("transpile", "--no-check", "--output", to, from);
  const code = await Deno.readTextFile(to);
  await Deno.writeTextFile(
    to,
    code.replace(/(["'])[./]*\/mod\.[jt]s\1/g, '"@heddle/runtime"')
      .replace(/(["'])[./]*\/testing\.[jt]s\1/g, '"@heddle/runtime/testing"')
      .replace(/(from |import )(["'])(\.[^"']*)\.ts\2/g, "$1$2$3.js$2"),
  );
}
