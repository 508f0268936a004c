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
  if (typeof immediate === "function") {
    return withRests(
      (then) => void immediate(then),
      (then) => void setTimeout(then, 0),
      () => performance.now(),
    );
  }
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
 * Immediate turns, and now and then one of a timer in their place: while immediates of 100 ms followed each other without
 * a rest, Deno was seen to leave a signal unheard for seconds. A rest costs a millisecond, so that it is 0.4 % of the time.
 */
export function withRests(
  immediate: (then: () => void) => void,
  rest: (then: () => void) => void,
  now: () => number,
): (then: () => void) => void {
  let restedAt = now();
  return (then) => {
    const since = now() - restedAt;
    if (since < restInterval) return immediate(then);
    restedAt += since;
    rest(then);
  };
}
