/**
 * Completion in zsh.
 *
 * @module
 */

import type { Completable, CompletableCommand, CompletableOption } from "./completable.ts";

/** The script. It works sourced, and as a file \`_heddle\` in a folder of fpath. */
export function zshCompletions({ options, commands }: Completable): string {
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef heddle
# Completion of heddle in zsh: source <(heddle completions zsh)
_heddle() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands=(
${list.join("\n")}
  )
  _arguments -C \\
${options.map(specOf).join("")}    '1:command:->command' \\
    '*::argument:->rest'
  case $state in
  command) _describe command commands ;;
  rest)
    case $words[1] in
${commands.map(caseOf).join("")}    esac
    ;;
  esac
}
if [[ $funcstack[1] == _heddle ]]; then
  _heddle "$@"
else
  compdef _heddle heddle
fi
`;
}

function caseOf({ name, options, words }: CompletableCommand): string {
  const rest = words === null
    ? ""
    : words === "file"
    ? "    '*:argument:_files'"
    : `    '1:argument:(${words.join(" ")})'`;
  return `    ${name})\n      _arguments \\\n${options.map(specOf).join("")}${rest}\n      ;;\n`;
}

function specOf({ names, description, value }: CompletableOption): string {
  const about = `[${description.replaceAll(/[[\]\\:]/g, "\\$&")}]`;
  const takes = value === null
    ? ""
    : value === "file"
    ? ":file:_files"
    : value === "any"
    ? ":value: "
    : `:value:(${value.join(" ")})`;
  const spec = quoted(`${about}${takes}`);
  if (names.length === 1) return `    ${names[0]}${spec} \\\n`;
  return `    '(${names.join(" ")})'{${names.join(",")}}${spec} \\\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
