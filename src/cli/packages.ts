/**
 * The packages that the command stands on. They are named in full, and here only: `deno install -g` from a folder knows no
 * import map, and would not find them by name.
 *
 * @module
 */

export { Argument, Command, CommanderError, InvalidArgumentError, Option } from "npm:commander@^14";
export { MultiBar, type Options, Presets, SingleBar } from "npm:cli-progress@^3.12";
