import { assert } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Runs Deno with another `effection` in the place of the project's. */
async function deno(imports: string, command: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      command,
      "--allow-all",
      "--no-check",
      "--no-lock",
      `--import-map=tests/effection/fixtures/${imports}`,
      ...args,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert(success, decode(stdout) + decode(stderr));
}

Deno.test("the bridge does the same with Effection 4.0 [I1] [I2]", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL("tests/effection/", ROOT))) {
    if (name.endsWith("_test.ts") && name !== "versions_test.ts") {
      files.push(`tests/effection/${name}`);
    }
  }
  await deno("effection_4_0.json", "test", ...files);
});

Deno.test("the bridge does with public means where Effection's contexts are not as expected [I2]", async () => {
  await deno("opaque.json", "run", "tests/effection/fixtures/opaque_program.ts");
});
