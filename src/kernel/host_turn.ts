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
  if (typeof immediate === "function") return withRests((then) => void immediate(then));
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

/** How long immediate turns may follow each other, in milliseconds. */
const restInterval = 250;

/**
 * Now and then a turn of a timer in the place of an immediate one: while immediates of 100 ms followed each other without
 * a rest, Deno was seen to leave a signal unheard for seconds.
 */
function withRests(immediate: (then: () => void) => void): (then: () => void) => void {
  let restedAt = 0;
  return (then) => {
    const now = performance.now();
    if (now - restedAt < restInterval) return immediate(then);
    restedAt = now;
    setTimeout(then, 0);
  };
}
