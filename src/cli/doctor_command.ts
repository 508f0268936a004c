/**
 * `heddle doctor`: whether the command works here, and what is to be known of this place.
 *
 * @module
 */

import { colour } from "./colours.ts";
import type { Finding } from "./doctor/finding.ts";
import { limitsHere } from "./doctor/limits.ts";
import { machine } from "./doctor/machine.ts";
import { permissions, runtime } from "./doctor/runtime.ts";
import { trials } from "./doctor/trials.ts";
import { FAILED, OK } from "./exit_code.ts";
import type { Output } from "./output.ts";
import type { Command } from "./packages.ts";
import { version } from "./version.ts";

const details = `
Exit codes:
  0 it works here, 1 something does not

Examples:
  $ heddle doctor
  $ heddle doctor --json | jq .findings`;

/** Adds `doctor` to the program; `finish` hears its exit code. */
export function addDoctorCommand(
  program: Command,
  output: Output,
  finish: (code: number) => void,
): void {
  program.command("doctor")
    .summary("tell whether it works here, and what limits apply")
    .description(
      "Looks at the runtime, its permissions, processors and limits of a container, and tries workers.",
    )
    .option("--json", "print what was found as one value of JSON")
    .addHelpText("after", details)
    .showHelpAfterError("Run 'heddle doctor --help' for what there is.")
    .action(async ({ json }: { json?: boolean }) => {
      const findings: Finding[] = [
        { what: "heddle", text: `${version}, ${new URL("../../", import.meta.url).href}` },
        runtime(),
        ...permissions(),
        ...machine(),
        ...await trials(),
      ];
      const limits = limitsHere();
      const isWell = !findings.some(({ isProblem }) => isProblem);
      output.write(
        json
          ? `${JSON.stringify({ isWell, findings, limits }, null, 2)}\n`
          : text(findings, limits, isWell),
      );
      finish(isWell ? OK : FAILED);
    });
}

function text(findings: Finding[], limits: string[], isWell: boolean): string {
  const indent = " ".repeat(13);
  const lines = findings.flatMap(({ what, text, advice, isProblem }) => [
    `${what.padEnd(12)} ${isProblem ? "✗ " : ""}${text}`,
    ...(advice === undefined ? [] : [`${indent}→ ${advice}`]),
  ]);
  const here = limits.map((limit) => `  - ${limit}`);
  const verdict = isWell
    ? "heddle works here"
    : `${colour("red", "heddle does not work here")}: see what is marked with ✗`;
  return [...lines, "", "limits that apply here", ...here, "", verdict, ""].join("\n");
}
