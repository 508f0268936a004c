/**
 * Generator objects, told and resumed without a look at their properties: the engine has a kind of object for each
 * generator function there is, so that such a look finds too many kinds to be quick. A walk along the prototypes, and a
 * call of what they all share, stays quick.
 *
 * @module
 */

/** Stands for what all generator functions have in common. */
function GeneratorObject() {}
GeneratorObject.prototype = Object.getPrototypeOf(function* () {}).prototype;

const next: (this: unknown, value: unknown) => IteratorResult<unknown, unknown> =
  GeneratorObject.prototype.next;

/** Whether `value` was made by a generator function of this realm. */
export function isGenerator(value: object): value is Generator<unknown, unknown, unknown> {
  return value instanceof GeneratorObject;
}

/** Calls `next`: of a generator directly. */
export function resume(
  iterator: Iterator<unknown, unknown, unknown>,
  value: unknown,
): IteratorResult<unknown, unknown> {
  return iterator instanceof GeneratorObject ? next.call(iterator, value) : iterator.next(value);
}
