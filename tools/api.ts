/**
 * Writes the public surface of the package to docs/api.txt, so that a change of it is a line in a
 * diff.
 *
 * @module
 */
import { type DocSymbol, printSymbols } from "./api/print_symbol.ts";

const ROOT = new URL("../", import.meta.url);
const HEADER = "The public surface of the package. Written by `deno task docs`: do not edit.\n";

/** Where the surface is written down. */
export const SURFACE_FILE: URL = new URL("docs/api.txt", ROOT);

/** The public surface of the package whose deno.json lies in the folder `root`, as text. */
export async function publicSurface(root: URL = ROOT): Promise<string> {
  const { name, exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const sections = Object.entries<string>(exports).map(async ([entry, path]) => {
    const title = `## ${name}${entry.slice(1)} (${path.replace("./", "")})`;
    return `${title}\n\n${await describeEntry(new URL(path, root))}\n`;
  });
  return [HEADER, ...await Promise.all(sections)].join("\n");
}

async function describeEntry(file: URL): Promise<string> {
  // An entry may be announced before it is there; the surface can be looked at all the same.
  if (!await exists(file)) return "there is no such file";
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", file.href],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot describe ${file.pathname}: deno doc failed: ${new TextDecoder().decode(stderr)}`,
    );
  }
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols?: DocSymbol[] }>;
  };
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols ?? []);
  return printSymbols(symbols).join("\n\n") || "nothing is exported";
}

async function exists(file: URL): Promise<boolean> {
  try {
    return (await Deno.stat(file)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

if (import.meta.main) {
  await Deno.mkdir(new URL(".", SURFACE_FILE), { recursive: true });
  await Deno.writeTextFile(SURFACE_FILE, await publicSurface());
  console.log("Wrote docs/api.txt");
}
