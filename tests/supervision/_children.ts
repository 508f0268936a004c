import { Broadcast, type Effect, ensure, sleep, type SupervisorEvent, suspend } from "../../mod.ts";
import { running } from "../../src/kernel/running.ts";

/** A child that fails some time after it was started, as often as it is told to, and then stays up. */
export function failing(
  times: number,
  after = 0,
): () => Generator<Effect<unknown>, void, unknown> {
  let failures = 0;
  return function* () {
    if (after > 0) yield* sleep(after);
    if (failures++ < times) throw new Error(`failure ${failures}`);
    yield* suspend();
  };
}

/** A child that stays up, and notes in `log` when it comes up and when it has come down. */
export function noting(
  log: string[],
  name: string,
  cleanup = 0,
): () => Generator<Effect<unknown>, void, unknown> {
  return function* () {
    log.push(`+${name}`);
    try {
      yield* suspend();
    } finally {
      if (cleanup > 0) yield* sleep(cleanup);
      log.push(`-${name}`);
    }
  };
}

/** A child that stays up, and whose cleanup fails, after a while. */
export function dirty(
  message: string,
  after = 0,
): () => Generator<Effect<unknown>, void, unknown> {
  return function* () {
    yield* ensure(function* () {
      if (after > 0) yield* sleep(after);
      throw new Error(message);
    });
    yield* suspend();
  };
}

/** The virtual time of the calling task. */
export function now(): number {
  return running!.scheduler.clock.now();
}

/** A broadcast to which someone listens, so that nothing is said on the console. */
export function listened(): Broadcast<SupervisorEvent> {
  const events = new Broadcast<SupervisorEvent>({ capacity: 1 });
  void events[Symbol.asyncIterator]();
  return events;
}
