/**
 * `heddle completions`: scripts that make a shell complete the command.
 *
 * @module
 */

import { bashCompletions } from "./completions/bash.ts";
import { completable } from "./completions/completable.ts";
import { fishCompletions } from "./completions/fish.ts";
import { zshCompletions } from "./completions/zsh.ts";
import type { Output } from "./output.ts";
import { Argument, type Command } from "./packages.ts";

const scripts = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };
type Shell = keyof typeof scripts;

const details = `
Put this where your shell begins:
  bash   source <(heddle completions bash)           in ~/.bashrc
  zsh    source <(heddle completions zsh)            in ~/.zshrc, after compinit
  fish   heddle completions fish | source            in ~/.config/fish/config.fish

That runs heddle for each new shell; to do it once, write the script to a file:
  bash   heddle completions bash > ~/.local/share/bash-completion/completions/heddle
  zsh    heddle completions zsh > ~/.zfunc/_heddle   with ~/.zfunc in fpath
  fish   heddle completions fish > ~/.config/fish/completions/heddle.fish`;

/** Adds `completions` to the program. */
export function addCompletionsCommand(program: Command, output: Output): void {
  program.command("completions")
    .summary("make a shell complete the command")
    .description("Prints a script that makes a shell complete commands, options and their values.")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(scripts)))
    .addHelpText("after", details)
    .showHelpAfterError(
      "Run 'heddle completions bash', 'heddle completions zsh' or 'heddle completions fish'.",
    )
    .action((shell: Shell) => output.write(scripts[shell](completable(program))));
}
