/**
 * Modules of jobs that a worker was started with: it may run their code, though not read their files.
 *
 * @module
 */

const KEY = Symbol.for("heddle.known_modules");

type Importers = { readonly [url: string]: () => Promise<Record<string, unknown>> };

/**
 * The module a worker starts with when it shall be able to import some others whatever it may read. Deno loads what a module
 * imports by a literal together with that module, and asks for no permission then.
 *
 * @param entry what to run
 * @param modules what can be imported
 * @returns the URL of a module
 */
export function startModuleKnowing(entry: URL, modules: Iterable<string>): URL {
  const importers = Array.from(modules, (url) => {
    const literal = JSON.stringify(url);
    return `${literal}: () => import(${literal})`;
  });
  const source = `globalThis[Symbol.for("heddle.known_modules")] = {${importers.join(",")}};` +
    `import ${JSON.stringify(entry.href)};`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/**
 * Imports the module of a job.
 *
 * @param url where it is
 * @returns its exports
 */
export function importModule(url: string): Promise<Record<string, unknown>> {
  const importers = (globalThis as { [KEY]?: Importers })[KEY];
  return importers?.[url]?.() ?? import(url);
}
