import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { registerError } from "../../../../src/executors/parallel/wire/error_classes.ts";
import { decodeError, encodeError } from "../../../../src/executors/parallel/wire/error_codec.ts";

const cross = (thrown: unknown, submitted?: string): unknown =>
  decodeError(structuredClone(encodeError(thrown)), submitted);

Deno.test("every built-in error class comes back as an instance [E1]", () => {
  for (
    const ErrorClass of [
      Error,
      EvalError,
      RangeError,
      ReferenceError,
      SyntaxError,
      TypeError,
      URIError,
      WebAssembly.CompileError,
      Deno.errors.NotFound,
    ]
  ) {
    const error = cross(new ErrorClass("why"));
    assertStrictEquals(Object.getPrototypeOf(error), ErrorClass.prototype);
    assertEquals((error as Error).message, "why");
    assertEquals((error as Error).name, new ErrorClass("why").name);
    assertEquals(Object.keys(error as Error), Object.keys(new ErrorClass("why")));
  }
});

Deno.test("a registered class comes back without a call of its constructor, its fields restored", () => {
  let made = 0;
  class Counted extends TypeError {
    override name = "Counted";
    constructor(readonly detail: object) {
      super("counted");
      made++;
    }
  }
  registerError(Counted);
  const error = cross(new Counted({ list: [1, { two: 2 }], map: new Map([["k", 1]]) }));
  assertInstanceOf(error, Counted);
  assertEquals(made, 1);
  assertEquals(error.detail, { list: [1, { two: 2 }], map: new Map([["k", 1]]) });
  assertEquals(error.name, "Counted");
});

Deno.test("an unknown class comes back as its nearest known ancestor, with its name and fields", () => {
  class Unknown extends RangeError {
    override name = "Unknown";
    code = "E_UNKNOWN";
  }
  const error = cross(new Unknown("what")) as Unknown;
  assertEquals([error.name, error.code, error.message], ["Unknown", "E_UNKNOWN", "what"]);
  assertStrictEquals(Object.getPrototypeOf(error), RangeError.prototype);
});

Deno.test("a class that only has the name of a built-in one is not taken for it", () => {
  const Impostor = class NotFound extends Error {};
  assertEquals(cross(new Impostor("x")) instanceof Deno.errors.NotFound, false);
});

Deno.test("cycles and shared parts survive", () => {
  const shared = { n: 1 };
  const error = Object.assign(new Error("loop"), { first: shared, second: shared });
  error.cause = new AggregateError([error], "round", { cause: error });
  const back = cross(error) as typeof error;
  const cause = back.cause as AggregateError;
  assertStrictEquals(cause.errors[0], back);
  assertStrictEquals(cause.cause, back);
  assertStrictEquals(back.first, back.second);
});

Deno.test("what cannot be cloned is described, and costs no more than itself", () => {
  class Connection {
    socket = () => {};
    port = 80;
  }
  const error = Object.assign(new Error("x"), {
    callback: function callback() {},
    symbol: Symbol("s"),
    registered: Symbol.for("r"),
    pending: Promise.resolve(),
    connection: new Connection(),
  });
  Object.defineProperty(error, "trap", {
    enumerable: true,
    get() {
      throw new Error("sprung");
    },
  });
  const back = cross(error) as unknown as Record<string, unknown>;
  assertEquals(back.callback, "[function callback]");
  assertEquals(back.symbol, "Symbol(s)");
  assertEquals(back.registered, Symbol.for("r"));
  assertEquals(back.pending, "[object Promise]");
  assertEquals(back.connection, { socket: "[function socket]", port: 80 });
  assertEquals(back.trap, "[getter threw sprung]");
});

Deno.test("a chain of causes of any length comes back as far as it is kept", () => {
  let error = new Error("0");
  for (let i = 1; i < 10_000; i++) error = new Error(String(i), { cause: error });
  const back = cross(error) as Error;
  assertEquals((back.cause as Error).message, "9998");
});

Deno.test("what is no error comes back as itself, or described", () => {
  for (const thrown of ["text", 7, 7n, null, undefined, true, { code: 1 }, [1, [2]]]) {
    assertEquals(cross(thrown), thrown);
  }
  assertEquals(cross(new Date(0)), new Date(0));
  assertEquals(cross(() => {}), "[function]");
  assertEquals(
    cross(new Proxy({}, { ownKeys: () => assertThrows(() => {}) as never })),
    "[object Object]",
  );
});

Deno.test("the stack of the submitter follows that of the error", () => {
  const error = Object.assign(new Error("x"), { stack: "Error: x\n    at job" });
  const back = cross(error, "Error\n    at submitter") as Error;
  assertEquals(back.stack, "Error: x\n    at job\n    at (submitted from here)\n    at submitter");
});

Deno.test("registerError refuses what is not a class of errors", () => {
  assertThrows(() => registerError(Map as never), TypeError, "must extend Error");
  assertThrows(() => registerError(RangeError, "%RangeError"), TypeError, "'name'");
});
