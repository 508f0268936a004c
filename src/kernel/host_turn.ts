/**
 * Giving the host its turn.
 *
 * @module
 */

/**
 * Calls `then` in a later turn of the host's event loop, after it has looked at its timers and its I/O. A turn taken so
 * costs some microseconds, where one of `setTimeout` takes a millisecond or more.
 */
export const hostTurn: (then: () => void) => void = makeHostTurn();

function makeHostTurn(): (then: () => void) => void {
  const immediate = (globalThis as { setImmediate?: (then: () => void) => unknown }).setImmediate;
  if (typeof immediate === "function") return (then) => void immediate(then);
  if (typeof MessageChannel === "function") {
    const { port1, port2 } = new MessageChannel();
    const turns: (() => void)[] = [];
    port1.onmessage = () => turns.shift()?.();
    return (then) => {
      turns.push(then);
      port2.postMessage(null);
    };
  }
  return (then) => void setTimeout(then, 0);
}
