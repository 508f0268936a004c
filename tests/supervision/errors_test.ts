import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  CircuitOpenError,
  DuplicateChildError,
  RestartLimitError,
  StartError,
  UnknownChildError,
} from "../../mod.ts";
import { decodeError, encodeError } from "../../src/executors/parallel/wire/error_codec.ts";

const cause = new TypeError("why");

Deno.test("the errors of supervision come back from a worker as what they were [E1]", () => {
  const errors = [
    new CircuitOpenError("link", 5, { cause }),
    new DuplicateChildError("a"),
    new StartError("a", "it failed", { cause }),
    new UnknownChildError("a", "stop"),
    new RestartLimitError([{ id: "a", outcome: "failed", error: cause, at: 7 }], 0, 5000),
  ];
  for (const error of errors) {
    const back = decodeError(structuredClone(encodeError(error)), undefined) as typeof error;
    assertEquals(Object.getPrototypeOf(back), Object.getPrototypeOf(error));
    assertEquals([back.name, back.message], [error.name, error.message]);
    if (error.cause !== undefined) assertInstanceOf(back.cause, TypeError);
    if (back instanceof RestartLimitError) {
      const [failure] = back.failures;
      assertInstanceOf(failure.error, TypeError);
      assertEquals([failure.id, failure.outcome, failure.at], ["a", "failed", 7]);
    }
  }
});

Deno.test("the limit error says in words how the last child ended", () => {
  const words = (["completed", "cancelled", "failed"] as const).map((outcome) =>
    new RestartLimitError([{ id: "a", outcome, error: cause, at: 0 }], 0, 5000).message
  );
  const rest = ", which called for restart 1 within 5000 ms, where 'maxRestarts' allows 0: " +
    "'failures' tells of all of them";
  assertEquals(words, [
    `The supervisor gave up: child 'a' completed${rest}`,
    `The supervisor gave up: child 'a' was cancelled${rest}`,
    `The supervisor gave up: child 'a' failed with TypeError: why${rest}`,
  ]);
});
