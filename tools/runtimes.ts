/**
 * The acceptance matrix of the parallel pool on the other runtimes: on Bun and a current Node from the source, on the oldest
 * Node as its users have it, from a packed tarball in `node_modules`, and from there in a browser. The runtimes come from npm, the
 * browser from Debian.
 *
 * @module
 */
import { runInBrowser } from "./browser.ts";
import { runMatrix } from "../tests/executors/parallel/matrix/run_matrix.ts";
import { runPackedCommand } from "./packed_command.ts";
import { installPacked, transpile } from "./packed.ts";

const MATRIX = "tests/executors/parallel/matrix/";
const program = decodeURIComponent(new URL(`../${MATRIX}program.ts`, import.meta.url).pathname);

/** Puts the packed library, and the matrix that uses it, where npm would; returns the program. */
async function install(place: string): Promise<string> {
  await installPacked(place);
  for (const name of ["program", "jobs", "broken", "endless", "deadly"]) {
    await transpile(`${MATRIX}${name}.ts`, `${place}/${name}.js`);
  }
  return `${place}/program.js`;
}

/** The program itself and not its starter, so that a signal reaches it. */
async function pathOf(spec: string, bin: string): Promise<string> {
  const args = ["-y", "-p", spec, "-c", `command -v ${bin}`];
  const { success, stdout, stderr } = await new Deno.Command("npx", { args }).output();
  const path = new TextDecoder().decode(stdout).trim();
  if (success && path !== "") return path;
  throw new Error(`Cannot get ${spec} from npm: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  const place = await Deno.makeTempDir();
  let failures = 0;
  const report = (what: string, wrong: string[]) => {
    console.log(`${what}: ${wrong.length === 0 ? "ok" : "FAILED"}`);
    for (const line of wrong) console.error(line);
    failures += wrong.length;
  };
  try {
    const packed = await install(place);
    for (
      const [spec, runtime, bin, path] of [
        ["node@20", "node", "node", packed],
        ["node@26", "node", "node", program],
        ["bun@1", "bun", "bun", program],
      ] as const
    ) {
      const command = [await pathOf(spec, bin), path];
      for (const isolation of ["thread", "process"] as const) {
        const wrong = await runMatrix(runtime, isolation, command, place);
        const from = path === packed ? "packed" : "source";
        report(`${spec}, ${from}, ${isolation}`, wrong);
      }
    }
    const tarball = `${place}/heddle.tgz`;
    const installed = "node_modules/@heddle/runtime/cli.js";
    for (
      const [what, command] of [
        ["node@20, npx", `npx -y -p node@20 -p '${tarball}' heddle`],
        ["node@26, packed", `${await pathOf("node@26", "node")} ${installed}`],
      ] as const
    ) {
      report(`${what}, the command`, await runPackedCommand(tarball, command));
    }
    for (const [page, wrong] of Object.entries(await runInBrowser(place))) {
      report(`Chromium, packed, ${page}`, wrong);
    }
  } finally {
    await Deno.remove(place, { recursive: true });
  }
  if (failures > 0) Deno.exit(1);
}
