/**
 * The command as a whole.
 *
 * @module
 */

import { Command, CommanderError } from "./packages.ts";
import { addCompletionsCommand } from "./completions_command.ts";
import { colour, hasColours } from "./colours.ts";
import { addDoctorCommand } from "./doctor_command.ts";
import { FAILED, OK, WRONG_USAGE } from "./exit_code.ts";
import { addMapCommand } from "./map_command.ts";
import { Output } from "./output.ts";
import { stderrDrained, toStderr } from "./stderr.ts";
import { UsageError } from "./usage_error.ts";
import { version } from "./version.ts";

/**
 * Runs the command.
 *
 * @param args the arguments, without the names of runtime and program
 * @returns the exit code, once everything has been written
 */
export async function heddle(args: readonly string[]): Promise<number> {
  const output = new Output();
  const code = await follow(args, output);
  await output.drained();
  await stderrDrained();
  return code;
}

async function follow(args: readonly string[], output: Output): Promise<number> {
  let code = OK;
  const program = new Command("heddle");
  program
    .description(
      "Runs TypeScript functions over many inputs: on green threads, on workers, or on whichever suits.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .configureOutput({
      writeOut: (text) => output.write(text),
      writeErr: (text) => toStderr(text),
      outputError: (text, write) => write(text.replace(/^error: /, `${colour("red", "heddle:")} `)),
      getErrHasColors: hasColours,
    })
    .showHelpAfterError("Run 'heddle --help' for what there is.")
    .exitOverride();
  addMapCommand(program, (result) => code = result);
  addDoctorCommand(program, output, (result) => code = result);
  addCompletionsCommand(program, output);
  program.addHelpText(
    "after",
    "\nRun 'heddle help map' for its options, pools, exit codes and examples.",
  );
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : WRONG_USAGE;
    if (error instanceof UsageError) {
      toStderr(`${colour("red", "heddle:")} ${error.message}\n`);
      return WRONG_USAGE;
    }
    toStderr(
      `${colour("red", "heddle:")} this is a fault of heddle itself: ${
        (error as Error)?.stack ?? error
      }\n`,
    );
    return FAILED;
  }
}
