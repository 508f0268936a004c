/** Operations of ours in Effection's `call`, which takes whatever has a `then` for a promise. */
import { assertEquals } from "@std/assert";
import * as fx from "effection";
import {
  Channel,
  createContext,
  ensure,
  GreenPool,
  type Operation,
  resource,
  run as runOurs,
  sleep,
  spawn,
  suspend,
} from "../../mod.ts";
import { drivers, turn } from "./_drivers.ts";

type Run = <T>(op: () => Operation<T>) => PromiseLike<T>;
const all: [name: string, run: Run][] = [["heddle", runOurs], ...drivers];

for (const [driver, run] of all) {
  Deno.test(`an operation in call() is left by a halt, and takes nothing, run by ${driver} [I2] [C3]`, async () => {
    const left = await run(function* () {
      const channel = new Channel<string>({ capacity: 1 });
      const task = yield* fx.spawn(() => fx.call(() => channel.receive()));
      yield* turn();
      yield* task.halt();
      channel.trySend("for others");
      yield* turn();
      return channel.size;
    });
    assertEquals(left, 1);
  });

  Deno.test(`a map in call() is ended by a halt, run by ${driver} [I2] [P4]`, async () => {
    const pool = new GreenPool({ size: 2 });
    let running = 0;
    await run(function* () {
      const visit = function* () {
        running++;
        try {
          yield* suspend();
        } finally {
          yield* sleep(1);
          running--;
        }
      };
      const task = yield* fx.spawn(() => fx.call(() => pool.map([1, 2, 3], visit).collect()));
      while (running < 2) yield* turn();
      yield* task.halt();
      assertEquals(running, 0);
    });
    await pool.close({ drain: false });
  });

  Deno.test(`an operation in call() is one of the scope around, run by ${driver} [I1] [I2]`, async () => {
    const user = createContext<string>("user", "nobody");
    const log: unknown[] = [];
    await run(function* () {
      yield* fx.scoped(function* () {
        yield* fx.call(() => ensure(() => void log.push("ensured")));
        yield* fx.call(() => user.set("somebody"));
        log.push(yield* user.expect());
        log.push(yield* fx.call(() => user.expect()));
        log.push(yield* fx.call(() => resource<string>((provide) => provide("provided"))));
        yield* fx.call(() =>
          spawn(function* () {
            try {
              yield* suspend();
            } finally {
              log.push("halted");
            }
          })
        );
        yield* turn();
      });
    });
    assertEquals(log, ["somebody", "somebody", "provided", "halted", "ensured"]);
  });

  Deno.test(`what is awaited inside of call() is a promise as ever, run by ${driver}`, async () => {
    const { stackTraceLimit } = Error;
    const value = await run(() =>
      fx.call(async () => {
        await sleep(1);
        const task = runOurs(() => sleep(1));
        await task;
        return await sleep(1).then(() => task.status);
      })
    );
    assertEquals(value, "completed");
    assertEquals(Error.stackTraceLimit, stackTraceLimit);
  });
}
