/**
 * What the bridge knows of Effection beyond its public surface, each with what tells whether it holds. The contexts that
 * Effection does not export are reached by their names, for its contexts are keyed by name.
 *
 * | what                | 4.1                         | 4.0                     | without it                               |
 * | ------------------- | --------------------------- | ----------------------- | ---------------------------------------- |
 * | whom a crash reaches| `@effection/error-boundary` | `@effection/boundary`   | a task of Effection's keeps each scope   |
 * | who steps routines  | `@effection/reducer`        | `@effection/reducer`    | Effection's own reducer runs its programs|
 * | where a halt stops  | traps                       | `@effection/delimiter`  |                                          |
 *
 * @module
 */

import { type Context, createContext, createScope, type Scope } from "effection";

/** Who is told of the error of a task that crashed. */
export interface Boundary {
  raise(error: unknown): void;
}

/** What a halt stops at in Effection 4.0. */
export interface Delimiter extends Boundary {
  interrupt(): void;
  exit(): void;
  readonly validator: () => boolean;
}

/** Whom the crash of a task reaches, under the names of 4.1 and of 4.0. */
export const boundaries: readonly Context<Boundary>[] = [
  createContext<Boundary>("@effection/error-boundary"),
  createContext<Boundary>("@effection/boundary"),
];

/** Where a halt stops, in 4.0. */
export const delimiter: Context<Delimiter> = createContext<Delimiter>("@effection/delimiter");

let reached: boolean | undefined;

/** Whether the crash of a task is told to what stands in {@linkcode boundaries}. */
export function boundaryHolds(): boolean {
  if (reached !== undefined) return reached;
  reached = false;
  const [scope, destroy] = createScope();
  setBoundary(scope, { raise: () => reached = true });
  scope.run(function* crash() {
    throw new Error("The bridge tries whether it hears of a crash");
  }).catch(() => {});
  destroy().catch(() => {});
  return reached;
}

/** Has `boundary` told of crashes in `scope`. */
export function setBoundary(scope: Scope, boundary: Boundary): void {
  for (const context of boundaries) scope.set(context, boundary);
  scope.set(delimiter, {
    raise: (error) => boundary.raise(error),
    interrupt() {},
    exit() {},
    validator: () => true,
  });
}

/** What a trap holds: where the crash of a task stops, and what it comes to. */
export interface Trap {
  readonly routine: unknown;
  outcome:
    | { exists: boolean; value?: { ok: true; value?: unknown } | { ok: false; error: unknown } }
    | undefined;
}

/** The traps that stand in `scope` and those around it, the innermost first, under whatever name. */
export function* trapsOf(scope: Scope): Generator<Trap, void, undefined> {
  let { contexts } = scope as { contexts?: Record<string, unknown> | null };
  for (; contexts; contexts = Object.getPrototypeOf(contexts)) {
    for (const name of Object.keys(contexts)) {
      const trap = contexts[name] as Partial<Trap> | null | undefined;
      if (typeof trap === "object" && typeof trap?.routine === "object" && "outcome" in trap) {
        yield trap as Trap;
      }
    }
  }
}

/** Whether an effect is the last of a trap, by which the trap gives its outcome. */
export function endsTrap(effect: unknown): boolean {
  const { description } = (effect ?? {}) as { description?: unknown };
  return typeof description === "string" &&
    (description.startsWith("exit this trap") || description === "trap return");
}
