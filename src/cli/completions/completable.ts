/**
 * What there is to complete, read from the program itself, so that no script can be behind it.
 *
 * @module
 */

import type { Command } from "../packages.ts";

/** An option. */
export interface CompletableOption {
  /** How it is written: `-c`, `--concurrency`. */
  readonly names: readonly string[];
  readonly description: string;
  /** What its value may be: one of these words, a file, or something that nobody can guess; `null` when it has none. */
  readonly value: readonly string[] | "file" | "any" | null;
}

/** A command, with what it takes. */
export interface CompletableCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletableOption[];
  /** What its arguments may be: one of these words, or files; `null` when it takes none. */
  readonly words: readonly string[] | "file" | null;
}

/** The whole program. */
export interface Completable {
  readonly options: readonly CompletableOption[];
  readonly commands: readonly CompletableCommand[];
}

/** Reads the program. */
export function completable(program: Command): Completable {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: optionsOf(command),
    words: wordsOf(command),
  }));
  const help = {
    name: "help",
    summary: "print help for a command",
    options: [],
    words: commands.map(({ name }) => name),
  };
  return { options: optionsOf(program), commands: [...commands, help] };
}

function optionsOf(command: Command): CompletableOption[] {
  return command.createHelp().visibleOptions(command).map((option) => ({
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value: !option.required && !option.optional
      ? null
      : option.argChoices ?? (option.flags.includes("<file>") ? "file" : "any"),
  }));
}

function wordsOf(command: Command): readonly string[] | "file" | null {
  const [first] = command.registeredArguments;
  if (first === undefined) return null;
  return first.argChoices ?? "file";
}
