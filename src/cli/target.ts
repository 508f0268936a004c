/**
 * The function that inputs are mapped with: finding it, and making jobs of it.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type Job, jobsFrom } from "../../mod.ts";
import { errorFrames, errorText } from "./error_record.ts";
import "./json_results.ts"; // so that it is packed for npm
import { UsageError } from "./usage_error.ts";

/** A function of a module. */
export interface Target {
  /** The URL of the module. */
  readonly module: string;
  /** The name of the export. */
  readonly name: string;
  /** The call with an input, for any executor. */
  job(input: unknown): Job<unknown>;
  /** What kind of function it is, in words. */
  readonly kind: string;
  /**
   * Another function of the module, to be called in this thread.
   *
   * @throws {UsageError} when there is none with this name
   */
  exported(name: string): (input: unknown) => unknown;
  /** Puts the module's URL where a message names the module that jobs go through. */
  clean(message: string): string;
}

// Not within a template, where packing for npm does not find them.
const consoleToStderr = import.meta.resolve("./console_to_stderr.ts");
const jsonResults = import.meta.resolve("./json_results.ts");

/** How long a module may take to load, in milliseconds. */
const loadLimit = 30_000;

type Exports = Readonly<Record<string, unknown>>;

/**
 * Finds a function.
 *
 * @param text `<module>#<export>`, where the module is a path, a URL, or a `jsr:` or `npm:` specifier
 * @returns what makes jobs of it
 * @throws {UsageError} when there is no such module or function, or the module does not load
 */
export async function findTarget(text: string): Promise<Target> {
  const hash = text.lastIndexOf("#");
  const specifier = hash < 0 ? text : text.slice(0, hash);
  const name = hash < 0 ? "" : text.slice(hash + 1);
  if (specifier === "") {
    throw new UsageError(
      `'${text}' names no module: write <module>#<export>, for example ./jobs.ts#square`,
    );
  }
  const module = moduleUrl(specifier);
  const exports = await load(specifier, module);
  check(specifier, name, exports);
  const entrance = entranceTo(module, name);
  // Once it is here the first job runs at once, and the executor learns from it before many others are on their way.
  if (!(name in await import(entrance))) {
    // Bun makes nothing of a data: module that imports a file.
    throw new UsageError(
      "'heddle map' does not run on this runtime, which loads data: URLs in a way of its own: run it with Deno, or with Node 20 or later",
    );
  }
  return new ModuleTarget(specifier, module, name, entrance, exports);
}

class ModuleTarget implements Target {
  readonly module: string;
  readonly name: string;
  readonly job: (input: unknown) => Job<unknown>;
  readonly #specifier: string;
  readonly #entrance: string;
  readonly #exports: Exports;

  constructor(
    specifier: string,
    module: string,
    name: string,
    entrance: string,
    exports: Exports,
  ) {
    this.#specifier = specifier;
    this.#exports = exports;
    this.module = module;
    this.name = name;
    this.#entrance = entrance;
    this.job = jobsFrom<{ [name: string]: (input: unknown) => unknown }>(this.#entrance)[name];
  }

  get kind(): string {
    return kindOf(this.#exports[this.name]);
  }

  exported(name: string): (input: unknown) => unknown {
    check(this.#specifier, name, this.#exports);
    return this.#exports[name] as (input: unknown) => unknown;
  }

  clean(message: string): string {
    return message.replaceAll(this.#entrance, this.module);
  }
}

/** A module with the function in lines, whose import first sees to it that jobs do not print on stdout: in workers, too. */
function entranceTo(module: string, name: string): string {
  const hooks = ["init", "dispose"].filter((hook) => hook !== name);
  const source = [
    `import ${JSON.stringify(consoleToStderr)};`,
    `import { inLines } from ${JSON.stringify(jsonResults)};`,
    `import * as jobs from ${JSON.stringify(module)};`,
    `const run = inLines(jobs[${JSON.stringify(name)}]);`,
    `export { run as ${JSON.stringify(name)} };`,
    ...hooks.map((hook) => `export const ${hook} = jobs.${hook};`),
  ].join("");
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function moduleUrl(specifier: string): string {
  const path = resolve(specifier);
  // "C:\jobs.ts" parses as a URL too.
  if (/^[a-z][a-z0-9+.-]+:/i.test(specifier)) {
    if (URL.canParse(specifier)) return new URL(specifier).href;
  } else if (/^(?:\.{0,2}[/\\]|[a-z]:)/i.test(specifier) || existsSync(path)) {
    return pathToFileURL(path).href;
  }
  try {
    const require = createRequire(pathToFileURL(resolve("from_here.js")));
    return pathToFileURL(require.resolve(specifier)).href;
  } catch {
    throw new UsageError(
      `There is no module '${specifier}' in ${process.cwd()}: write a path as in ./jobs.ts#square, a URL, ` +
        `or a package as in jsr:@scope/name#export or npm:name#export`,
    );
  }
}

async function load(specifier: string, module: string): Promise<Exports> {
  if (module.startsWith("file:") && !existsSync(new URL(module))) {
    throw new UsageError(`There is no module '${specifier}': ${module} does not exist`);
  }
  try {
    return await withinLimit(import(module));
  } catch (error) {
    const message = `Cannot load module '${specifier}': ${errorText(error)}${hint(error)}`;
    // The text of a syntax error says where it is.
    const frames = errorFrames(error).filter((frame) => !message.includes(frame));
    throw new UsageError([message, ...frames].join("\n    "), { cause: error });
  }
}

function hint(error: unknown): string {
  const { code } = (error ?? {}) as { code?: string };
  if (code !== "ERR_UNKNOWN_FILE_EXTENSION") return "";
  return `. This is Node ${process.versions.node}, which does not read TypeScript: give it JavaScript, or run heddle with ` +
    `Deno, Bun, or Node 22.18 or later`;
}

/** A module with a top-level await that never ends would else end the command without a word about it. */
async function withinLimit(loading: Promise<Exports>): Promise<Exports> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new Error(
          `it has not loaded within ${loadLimit / 1000} s: does a top-level await never end?`,
        ),
      );
    }, loadLimit);
  });
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

function check(specifier: string, name: string, exports: Exports): void {
  const functions = Object.keys(exports).filter((key) => isCallable(exports[key]));
  const known = functions.length === 0
    ? "it exports no functions"
    : `its functions are ${functions.join(", ")}`;
  if (name === "") {
    throw new UsageError(
      `'${specifier}' lacks the name of an export, as in ${specifier}#${
        functions[0] ?? "name"
      }: ${known}`,
    );
  }
  if (!Object.hasOwn(exports, name)) {
    throw new UsageError(`Module '${specifier}' has no export '${name}': ${known}`);
  }
  const value = exports[name];
  if (isCallable(value)) return;
  const kind = typeof value === "function"
    ? "a class"
    : value === null
    ? "null"
    : `of type ${typeof value}`;
  throw new UsageError(`Export '${name}' of '${specifier}' is ${kind}, not a function: ${known}`);
}

function isCallable(value: unknown): boolean {
  return typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value));
}

const kinds: { readonly [tag: string]: string } = {
  AsyncFunction: "an async function",
  GeneratorFunction: "a coroutine (generator function)",
  AsyncGeneratorFunction: "a stream (async generator function)",
};

function kindOf(value: unknown): string {
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "";
  return kinds[tag] ?? "a function";
}
