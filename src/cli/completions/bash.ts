/**
 * Completion in bash.
 *
 * @module
 */

import type { Completable, CompletableCommand } from "./completable.ts";

/** The script. Where it has nothing to offer, bash completes names of files. */
export function bashCompletions({ options, commands }: Completable): string {
  const names = commands.map(({ name }) => name);
  const top = [...names, ...options.flatMap(({ names }) => names)];
  return `# Completion of heddle in bash: source <(heddle completions bash)
_heddle() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    --) return ;;
    ${names.join(" | ")})
      command=\${COMP_WORDS[i]}
      break
      ;;
    esac
  done
  case $command in
${commands.map(caseOf).join("")}  *) words='${top.join(" ")}' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _heddle heddle
`;
}

function caseOf({ name, options, words }: CompletableCommand): string {
  const values = options.filter(({ value }) => value !== null).map(({ names, value }) => {
    const offer = Array.isArray(value)
      ? `COMPREPLY=($(compgen -W '${value.join(" ")}' -- "$word"))\n      return`
      : "return";
    return `    ${names.join(" | ")})\n      ${offer}\n      ;;\n`;
  });
  const flags = options.flatMap(({ names }) => names).join(" ");
  return `  ${name})
${values.length === 0 ? "" : `    case $before in\n${values.join("")}    esac\n`}    ${
    Array.isArray(words)
      ? `words='${[...words, flags].join(" ").trim()}'`
      : `[[ $word == -* ]] || return\n    words='${flags}'`
  }
    ;;
`;
}
