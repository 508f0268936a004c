/**
 * Completion in fish.
 *
 * @module
 */

import type { Completable, CompletableOption } from "./completable.ts";

/** The script. */
export function fishCompletions({ options, commands }: Completable): string {
  const lines = [
    "# Completion of heddle in fish: heddle completions fish | source",
    ...options.map((option) => lineOf("__fish_use_subcommand", option)),
    ...commands.map(({ name, summary }) =>
      `complete -c heddle -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`
    ),
  ];
  for (const { name, options, words } of commands) {
    const here = quoted(`__fish_seen_subcommand_from ${name}`);
    lines.push(...options.map((option) => lineOf(here, option)));
    if (Array.isArray(words)) {
      const first = quoted(
        `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${
          words.filter((word) => word !== name).join(" ")
        }`,
      );
      lines.push(`complete -c heddle -n ${first} -f -a ${quoted(words.join(" "))}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function lineOf(condition: string, { names, description, value }: CompletableOption): string {
  const flags = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
  );
  const takes = value === null
    ? ""
    : value === "file"
    ? " -r -F"
    : value === "any"
    ? " -x"
    : ` -x -a ${quoted(value.join(" "))}`;
  return `complete -c heddle -n ${condition} ${flags.join(" ")}${takes} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
