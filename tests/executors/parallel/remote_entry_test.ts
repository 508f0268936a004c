import { assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);

/** Runs a program of this repository as if it were published: nothing comes from the disk. */
async function runOverHttp(path: string): Promise<[number, string, string]> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const file = new URL(`.${new URL(request.url).pathname}`, ROOT);
      const headers = { "content-type": "application/typescript" };
      return new Response(await Deno.readTextFile(file), { headers });
    },
  );
  const cache = await Deno.makeTempDir();
  const text = new TextDecoder();
  try {
    const program = `http://127.0.0.1:${server.addr.port}/tests/executors/parallel/${path}`;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--no-config", "--no-check", "--quiet", "--allow-all", program],
      env: { DENO_DIR: cache },
      cwd: cache,
    });
    const { code, stdout, stderr } = await command.output();
    return [code, text.decode(stdout), text.decode(stderr)];
  } finally {
    await server.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("a worker starts when the package is imported over HTTP, as from a registry", async () => {
  assertEquals(await runOverHttp("fixtures/remote_program.ts"), [0, "http: 42 0\n", ""]);
});

Deno.test("a pool of threads and one of processes run jobs when all is imported over HTTP", async () => {
  assertEquals(await runOverHttp("fixtures/remote_pool.ts"), [
    0,
    "http: thread 1,4,9 2\nhttp: process 1,4,9 2\n",
    "",
  ]);
});
