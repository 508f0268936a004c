/** What the README shows is what happens. */
import { assert, assertEquals } from "@std/assert";

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

Deno.test("the first program of the README prints what the README says", async () => {
  const [program, output] = [...readme.matchAll(/```(?:ts|text)\n([\s\S]*?)```/g)].map(([, text]) =>
    text
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--ext=ts", "-"],
    cwd: new URL("..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  const { stdout, stderr, success } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  assertEquals(new TextDecoder().decode(stdout), output);
});

Deno.test("the commands of the README are tasks of the project", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const named = [...readme.matchAll(/npx -y deno@[\d.]+ task (\w+)/g)].map(([, name]) => name);
  assert(named.length >= 3);
  for (const name of named) assert(name in tasks, `task ${name}`);
});
