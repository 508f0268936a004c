/**
 * Puts the bridge into the places that the kernel keeps for it. Importing it is enough.
 *
 * @module
 */

import type { Scope } from "effection";
import { type BaseEffect, outside } from "../kernel/effect.ts";
import { foreign } from "../kernel/foreign.ts";
import { foreignOperations } from "../kernel/work.ts";
import { hideThen } from "./call.ts";
import { enterFor } from "./enter.ts";
import { bindInRegion, routineFor } from "./task_routine.ts";

const bare = outside.enter;

foreign.routineFor = routineFor;
foreign.bind = (effect, task) => bindInRegion(effect as BaseEffect<unknown>, task);
// Effection 4.0 does not expect to be left between these and the `try` that follows.
foreign.spares = (effect) => {
  const { description } = effect as { description?: unknown };
  return description === "useCoroutine()" || description === "useScope()";
};

outside.enter = (operation, resolve, routine) => {
  const scope = (routine as { scope?: Scope } | null | undefined)?.scope;
  return scope === undefined
    ? bare(operation, resolve, routine)
    : enterFor(scope, operation, resolve);
};

// Effection's operations are objects with an iterator of their own; those of collections are inherited. The one
// exception among built-in objects are the `arguments` of a function.
foreignOperations.push((value) => Object.hasOwn(value, Symbol.iterator) && !("length" in value));

hideThen();
