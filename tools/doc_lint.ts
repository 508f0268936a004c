/**
 * Lints the docs of the entries that are given. It is `deno doc --lint`, but for one thing: types of other packages that
 * the public surface names on purpose. Deno holds them to be private, and to export all that they are made of would make
 * them ours.
 *
 * @module
 */

/** Types of other packages in the public surface. */
const foreign: readonly string[] = ["Arbitrary"];

const command = new Deno.Command(Deno.execPath(), {
  args: ["doc", "--lint", ...Deno.args],
  env: { NO_COLOR: "1" },
  stdout: "null",
  stderr: "piped",
});
const { success, stderr } = await command.output();
const text = new TextDecoder().decode(stderr);
const found = [...text.matchAll(/^error\[([\w-]+)\]: (.*)$/gm)];
const errors = found.filter(([, code, message]) =>
  code !== "private-type-ref" ||
  !foreign.some((type) => message.endsWith(`references private type '${type}'`))
);
// What failed without an error that is understood has failed.
if (errors.length > 0 || (!success && found.length === 0)) {
  console.error(text);
  Deno.exit(1);
}
