/**
 * The `heddle` command: xargs for TypeScript functions. Importing this module runs it, with the arguments of the process.
 *
 * ```sh
 * seq 1 1000 | deno run -A jsr:@heddle/runtime/cli map ./jobs.ts#square
 * ```
 *
 * @module
 */

import process from "node:process";
import { heddle } from "./src/cli/heddle.ts";

process.exit(await heddle(process.argv.slice(2)));
