/**
 * Moving a job's result instead of copying it.
 *
 * @module
 */

let lists: WeakMap<object, readonly Transferable[]> | null = null;

/**
 * Marks buffers, ports or streams inside a job's result to be moved to whoever awaits it, when it crosses a thread. The value
 * itself is returned unchanged, so the job works on every executor; where nothing is crossed, nothing is moved.
 *
 * @param value the result, or an item of a stream
 * @param list what in it to move
 * @returns `value`
 * @throws {TypeError} when `value` is not an object or `list` is not an array
 *
 * @example A result that is not copied
 * ```ts ignore
 * export function render(width: number, height: number): Uint8Array {
 *   const pixels = new Uint8Array(width * height * 4);
 *   return transfer(pixels, [pixels.buffer]);
 * }
 * ```
 */
export function transfer<T extends object>(value: T, list: readonly Transferable[]): T {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `Cannot transfer: 'value' must be an object: current value is ${String(value)}`,
    );
  }
  if (!Array.isArray(list)) {
    throw new TypeError("Cannot transfer: 'list' must be an array of transferable objects");
  }
  (lists ??= new WeakMap()).set(value, list);
  return value;
}

/**
 * What {@linkcode transfer} was told about a value.
 *
 * @param value a result
 * @returns what to move, or `undefined`
 */
export function transferListOf(value: unknown): readonly Transferable[] | undefined {
  // The map is made by the first call, so jobs that transfer nothing pay for one comparison.
  return lists === null || typeof value !== "object" || value === null
    ? undefined
    : lists.get(value);
}
