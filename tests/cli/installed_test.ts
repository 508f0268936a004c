import { assertEquals, assertStringIncludes } from "@std/assert";
import { job } from "./heddle_process.ts";

const cli = new URL("../../cli.ts", import.meta.url).pathname;

async function run(
  program: string,
  args: string[],
  options: Deno.CommandOptions,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A module that comes over HTTP. */
function serveJobs(): Deno.HttpServer<Deno.NetAddr> {
  const source = "export const square = (n: string): number => Number(n) ** 2;";
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(source, { headers: { "content-type": "application/typescript" } }),
  );
}

Deno.test("heddle works when it is installed from a folder, called from another", async () => {
  const home = await Deno.makeTempDir();
  try {
    // What has been fetched is used again; all else is new.
    const { denoDir } = JSON.parse((await run(Deno.execPath(), ["info", "--json"], {})).stdout);
    const env = { HOME: home, DENO_DIR: denoDir, DENO_INSTALL_ROOT: home, NO_COLOR: "1" };
    const args = ["install", "--quiet", "--global", "--allow-all", "--name", "heddle", cli];
    const installed = await run(Deno.execPath(), args, { cwd: home, env });
    assertEquals(installed.code, 0, installed.stderr);
    const program = Deno.build.os === "windows" ? "heddle.cmd" : "heddle";
    for (const pool of ["green", "parallel"]) {
      const { code, stdout, stderr } = await run(
        `${home}/bin/${program}`,
        ["map", job("square"), "--pool", pool, "--resume", "journal", "3", "4"],
        { cwd: home, env },
      );
      assertEquals([code, stdout], [0, "9\n16\n"], stderr);
    }
    await using server = serveJobs();
    const remote = `http://127.0.0.1:${server.addr.port}/jobs.ts#square`;
    for (const pool of ["green", "parallel"]) {
      const { code, stdout, stderr } = await run(
        `${home}/bin/${program}`,
        ["map", remote, "--pool", pool, "3", "4"],
        { cwd: home, env },
      );
      assertEquals([code, stdout], [0, "9\n16\n"], stderr);
    }
    const doctor = await run(`${home}/bin/${program}`, ["doctor"], { cwd: home, env });
    assertStringIncludes(doctor.stdout, "heddle works here");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("heddle works by deno run, from another folder, with the permissions that it needs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await run(
      Deno.execPath(),
      [
        ...["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env", "--allow-sys"],
        ...[cli, "map", job("square"), "3", "4"],
      ],
      { cwd: folder, env: { NO_COLOR: "1" } },
    );
    assertEquals([code, stdout, stderr], [0, "9\n16\n", ""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
