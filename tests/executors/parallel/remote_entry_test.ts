import { assertEquals } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("a worker starts when the package is imported over HTTP, as from a registry", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const file = new URL(`.${new URL(request.url).pathname}`, ROOT);
      const headers = { "content-type": "application/typescript" };
      return new Response(await Deno.readTextFile(file), { headers });
    },
  );
  const cache = await Deno.makeTempDir();
  try {
    const base = `http://127.0.0.1:${server.addr.port}/`;
    const program = new URL("tests/executors/parallel/fixtures/remote_program.ts", base).href;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "--no-config", "--no-check", "--quiet", "--allow-all", program],
      env: { DENO_DIR: cache },
    });
    const { code, stdout, stderr } = await command.output();
    const text = new TextDecoder();
    assertEquals([code, text.decode(stdout), text.decode(stderr)], [0, "http: 42 0\n", ""]);
  } finally {
    await server.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
});
