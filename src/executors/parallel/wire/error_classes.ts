/**
 * Which error classes can be made again on the other side of a thread.
 *
 * @module
 */

/** A class of errors, whatever its constructor takes. */
// deno-lint-ignore no-explicit-any
export type ErrorClass = abstract new (...args: any[]) => Error;

const byName = new Map<string, ErrorClass>();
const nameOf = new Map<unknown, string>();

/** Before the name of a class the runtime brings, so that a user's class of the same name is not taken for it. */
const BUILT_IN = "%";

/**
 * Makes errors of a class come back from a worker as instances of that class. The constructor is not called: the prototype
 * is set and the fields are restored. Registering on the side that awaits the result is enough.
 *
 * @param errorClass the class
 * @param name what it is called on the wire; give one when names are minified, or when two classes have the same name, and
 * then give it on both sides
 * @throws {TypeError} when `errorClass` is not a class of errors, or has no name
 *
 * @example
 * ```ts ignore
 * class HttpError extends Error {
 *   constructor(readonly status: number) {
 *     super(`HTTP ${status}`);
 *   }
 * }
 * registerError(HttpError);
 * ```
 */
export function registerError(errorClass: ErrorClass, name: string = errorClass?.name): void {
  if (typeof errorClass !== "function" || !(errorClass.prototype instanceof Error)) {
    throw new TypeError(
      `Cannot register an error class: it must extend Error: current value is ${
        String(errorClass)
      }`,
    );
  }
  if (typeof name !== "string" || name === "" || name.startsWith(BUILT_IN)) {
    throw new TypeError(
      "Cannot register an error class: 'name' must be a string, not empty and not beginning with " +
        `'${BUILT_IN}': current value is ${String(name)}`,
    );
  }
  byName.set(name, errorClass);
  nameOf.set(errorClass, name);
}

function builtIn(name: string): unknown {
  const scope = globalThis as Record<string, unknown>;
  if (name.endsWith("Error") && typeof scope[name] === "function") return scope[name];
  const assembly = scope.WebAssembly as Record<string, unknown> | undefined;
  const deno = scope.Deno as { errors?: Record<string, unknown> } | undefined;
  return assembly?.[name] ?? deno?.errors?.[name];
}

/**
 * The names under which the other side may find the class of an error, the nearest first.
 *
 * @param error an error
 * @returns the names; may be empty
 */
export function classNamesOf(error: object): readonly string[] {
  const arrived = farClasses.get(error);
  if (arrived !== undefined) return arrived;
  const names: string[] = [];
  let prototype: object | null = Object.getPrototypeOf(error);
  while (prototype !== null && prototype !== Object.prototype) {
    const errorClass = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    prototype = Object.getPrototypeOf(prototype);
    if (typeof errorClass !== "function") continue;
    const name = String(errorClass.name);
    const registered = nameOf.get(errorClass);
    if (registered !== undefined) names.push(registered);
    else if (builtIn(name) === errorClass) names.push(BUILT_IN + name);
    else if (name !== "") names.push(name);
  }
  return names;
}

/** Errors that came from elsewhere, whose class is not known here: it may be known where they go next. */
const farClasses = new WeakMap<object, readonly string[]>();

/**
 * Gives an error that was described by {@linkcode classNamesOf} on the other side its class, as far as that is known here.
 *
 * @param error the error
 * @param names the names, the nearest class first
 */
export function classify(error: object, names: readonly string[]): void {
  Object.setPrototypeOf(error, prototypeFor(names));
  const [nearest] = names;
  if (nearest !== undefined && known(nearest) === undefined) farClasses.set(error, names);
}

function known(name: string): unknown {
  return name.startsWith(BUILT_IN) ? builtIn(name.slice(1)) : byName.get(name);
}

/**
 * The prototype for an error that was described by {@linkcode classNamesOf} on the other side.
 *
 * @param names the names, the nearest class first
 * @returns the prototype of the first class that is known here; `Error.prototype` when none is
 */
export function prototypeFor(names: readonly string[]): object {
  for (const name of names) {
    const prototype = (known(name) as ErrorClass | undefined)?.prototype;
    if (prototype === Error.prototype || prototype instanceof Error) return prototype;
  }
  return Error.prototype;
}
