/**
 * The runtime, and what it may do.
 *
 * @module
 */

import process from "node:process";
import type { Finding } from "./finding.ts";

/** What runs the command. */
export type RuntimeName = "Deno" | "Node" | "Bun";

/** Which runtime this is. */
export function runtimeName(): RuntimeName {
  if ("Deno" in globalThis) return "Deno";
  return "Bun" in globalThis ? "Bun" : "Node";
}

/** Which runtime this is, and whether it is one that the library is tested with. */
export function runtime(): Finding {
  const { versions, platform, arch } = process;
  const name = runtimeName();
  const version = versions[name.toLowerCase()] ?? versions.node;
  const engine = versions.v8 === undefined || name === "Bun" ? "" : `, V8 ${versions.v8}`;
  const typescript = versions.typescript === undefined ? "" : `, TypeScript ${versions.typescript}`;
  const text = `${name} ${version}${engine}${typescript}, on ${platform} ${arch}`;
  const least = { Deno: 2, Node: 20, Bun: 1 }[name];
  if (Number.parseInt(version) >= least) return { what: "runtime", text };
  return {
    what: "runtime",
    text,
    isProblem: true,
    advice: `heddle needs ${name} ${least} or later`,
  };
}

/** What each permission of Deno's is for. */
const uses = {
  read: "modules, journals, the doctor's look at the system",
  env: "NO_COLOR, TERM, and packages that look at more",
  sys: "the number of processors",
  net: "modules from the net, and jobs that use it",
  write: "--resume and --trace, and jobs that write",
  run: 'jobs that start processes, and isolation: "process"',
  ffi: "exit code 130, not 137, when a second Ctrl-C ends a job that loops",
} as const;
/** Without these the command does not work. */
const needed: readonly string[] = ["read", "env"];

interface DenoPermissions {
  querySync(descriptor: { name: string }): { state: string };
}

/** Whether Deno permits it; other runtimes permit all. */
export function isPermitted(name: string): boolean {
  return stateOf(name) === "granted";
}

function stateOf(name: string): string {
  const { Deno: deno } = globalThis as { Deno?: { permissions: DenoPermissions } };
  return deno === undefined ? "granted" : deno.permissions.querySync({ name }).state;
}

/** What the command may do, and its jobs with it. */
export function permissions(): Finding[] {
  if (runtimeName() !== "Deno") return [nodePermissions()];
  const granted: string[] = [];
  const findings: Finding[] = [];
  for (const [name, use] of Object.entries(uses)) {
    const state = stateOf(name);
    if (state === "granted") granted.push(name);
    else {
      findings.push({
        what: "permission",
        text: `${name}: ${state}`,
        advice: `it is for ${use}: --allow-${name}`,
        isProblem: needed.includes(name),
      });
    }
  }
  const isAll = findings.length === 0;
  const text = isAll ? "all" : granted.join(", ") || "none";
  return [{ what: "permissions", text }, ...findings];
}

function nodePermissions(): Finding {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission === undefined) {
    return { what: "permissions", text: "all, as the runtime has them" };
  }
  const scopes = ["fs.read", "fs.write", "child", "worker"];
  const granted = scopes.filter((scope) => permission.has(scope));
  return {
    what: "permissions",
    text: granted.join(", ") || "none",
    ...(granted.includes("worker")
      ? {}
      : { advice: "there are no workers without --allow-worker", isProblem: true }),
  };
}
