/**
 * Which file may import which: the layers, and what the core may need from outside.
 *
 * @module
 */

/** From the bottom up. A file imports from its own layer or from those before it. */
export const LAYERS: readonly string[] = [
  "kernel",
  "operations",
  "sync",
  "pipeline",
  "supervision",
  "executors",
  // mod.ts stands between the layers it exports and those built on top of it.
  "mod.ts",
  "testing",
  "inspect",
  "effection",
  "nats",
  "cli",
];

/** The only places that may know the host's own modules; all else runs in a browser as well. */
export const NODE_BUILTINS_IN: readonly string[] = [
  "src/executors/parallel/",
  "src/cli/",
  "cli.ts",
];

const CORE = "mod.ts";

/** One source file, its path seen from the project's root. */
export interface SourceFile {
  path: string;
  /** What it imports, exports from, loads or resolves, as written. */
  specifiers: string[];
  /** Whether it holds re-exports and nothing else. */
  reExportsOnly: boolean;
}

/**
 * Reads what {@linkcode layerViolations} has to know of a file. Works inside `deno test` only,
 * which alone lends its parser.
 */
export function readSource(path: string, source: string): SourceFile {
  const file: SourceFile = { path, specifiers: [], reExportsOnly: true };
  const add = (node: Deno.lint.Node | null | undefined) => {
    if (node?.type === "Literal" && typeof node.value === "string") {
      file.specifiers.push(node.value);
    }
  };
  const reader: Deno.lint.Plugin = {
    name: "reader",
    rules: {
      imports: {
        create: () => ({
          Program(node) {
            file.reExportsOnly = node.body.every((statement) =>
              statement.type === "ExportAllDeclaration" ||
              statement.type === "ExportNamedDeclaration" && statement.source !== null
            );
          },
          ImportDeclaration: (node) => add(node.source),
          ExportAllDeclaration: (node) => add(node.source),
          ExportNamedDeclaration: (node) => add(node.source),
          ImportExpression: (node) => add(node.source),
          TSImportType(node) {
            if (node.argument.type === "TSLiteralType") add(node.argument.literal);
          },
          // A module that is started as a worker is reached by its address.
          "CallExpression[callee.object.type='MetaProperty'][callee.property.name='resolve']"(
            node: Deno.lint.CallExpression,
          ) {
            add(node.arguments[0]);
          },
          NewExpression(node) {
            const [address, base] = node.arguments;
            if (node.callee.type !== "Identifier" || node.callee.name !== "URL") return;
            if (base?.type === "MemberExpression" && base.object.type === "MetaProperty") {
              add(address);
            }
          },
        }),
      },
    },
  };
  Deno.lint.runPlugin(reader, path, source);
  return file;
}

/** Every breach of the rules among `files`, as sentences that name file and import. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const core = reachable(CORE, byPath);
  return files.flatMap((file) => [
    ...placeViolations(file),
    ...file.specifiers.flatMap((specifier) =>
      isRelative(specifier)
        ? relativeViolations(file, specifier, byPath)
        : outsideViolations(file, specifier, core)
    ),
  ]);
}

function placeViolations(file: SourceFile): string[] {
  const found: string[] = [];
  if (layerOf(file.path) === undefined) found.push(`${file.path} lies in no layer`);
  if (file.path === CORE && !file.reExportsOnly) {
    found.push(`${file.path} holds something other than re-exports`);
  }
  return found;
}

function relativeViolations(
  file: SourceFile,
  specifier: string,
  byPath: ReadonlyMap<string, SourceFile>,
): string[] {
  // A folder is named to tell where code is from, not to load something.
  if (specifier.endsWith("/")) return [];
  const target = resolve(file.path, specifier);
  if (!byPath.has(target)) return [`${file.path} imports ${target}, which is not a source file`];
  const from = layerOf(file.path);
  const to = layerOf(target);
  // A file in no layer is named once, on its own account.
  if (from === undefined || to === undefined || to <= from) return [];
  return [`${file.path} imports ${target}: ${LAYERS[from]} may not know ${LAYERS[to]}`];
}

function outsideViolations(
  file: SourceFile,
  specifier: string,
  core: ReadonlySet<string>,
): string[] {
  if (specifier.startsWith("node:")) {
    if (NODE_BUILTINS_IN.some((place) => file.path.startsWith(place))) return [];
    return [
      `${file.path} imports ${specifier}: built-ins belong in ${NODE_BUILTINS_IN.join(", ")}`,
    ];
  }
  if (!core.has(file.path)) return [];
  return [
    `${file.path} imports ${specifier}: it is reached from ${CORE}, which has no dependencies`,
  ];
}

function reachable(start: string, byPath: ReadonlyMap<string, SourceFile>): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const file = byPath.get(path);
    if (file === undefined || seen.has(path)) continue;
    seen.add(path);
    for (const specifier of file.specifiers) {
      if (isRelative(specifier)) open.push(resolve(path, specifier));
    }
  }
  return seen;
}

/** The index in {@linkcode LAYERS}: of `src/<layer>/…`, of the entry `<layer>.ts`, or of mod.ts. */
function layerOf(path: string): number | undefined {
  const name = path === CORE
    ? CORE
    : /^src\/([^/]+)\//.exec(path)?.[1] ?? /^([^/]+)\.ts$/.exec(path)?.[1] ?? "";
  const index = LAYERS.indexOf(name);
  return index < 0 ? undefined : index;
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

function resolve(importer: string, specifier: string): string {
  return new URL(specifier, `file:///${importer}`).pathname.slice(1);
}
