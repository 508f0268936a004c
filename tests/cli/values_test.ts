import { assertEquals, assertThrows } from "@std/assert";
import { errorRecord, errorText } from "../../src/cli/error_record.ts";
import { duration, wholeNumber } from "../../src/cli/option_values.ts";
import { NotJsonError, resultLine } from "../../src/cli/result_line.ts";

Deno.test("duration() reads units, and milliseconds without one", () => {
  const cases: [string, number][] = [
    ["500ms", 500],
    ["5s", 5000],
    ["1.5s", 1500],
    [".5s", 500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1000", 1000],
    [" 7 ", 7],
  ];
  for (const [text, ms] of cases) assertEquals([text, duration(text)], [text, ms]);
  for (const text of ["", "0", "-1s", "5x", "s", "1e3", "Infinity", "1 s", "900h", "5 5"]) {
    assertThrows(() => duration(text), Error, "It must be");
  }
});

Deno.test("wholeNumber() refuses what is none, or too small", () => {
  assertEquals([wholeNumber(1)("8"), wholeNumber(0)("0")], [8, 0]);
  for (const text of ["0", "-1", "1.5", "1e3", "", "0x10", "99999999999999999999"]) {
    assertThrows(() => wholeNumber(1)(text), Error, "It must be a whole number, at least 1.");
  }
});

Deno.test("resultLine() writes one line for every result", () => {
  const cases: [unknown, string][] = [
    [undefined, "null"],
    [null, "null"],
    [NaN, "null"],
    ["a\nb", '"a\\nb"'],
    [2n ** 64n, '"18446744073709551616"'],
    [{ a: [1n], b: undefined }, '{"a":["1"]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ];
  for (const [value, line] of cases) assertEquals(resultLine(value), `${line}\n`);
});

Deno.test("resultLine() refuses what JSON has no words for", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assertThrows(() => resultLine(cycle), NotJsonError, "circular");
  assertThrows(() => resultLine(() => 1), NotJsonError, "is a function");
  assertThrows(() => resultLine(Symbol("s")), NotJsonError, "is a symbol");
  assertThrows(
    () =>
      resultLine({
        toJSON() {
          throw new Error("no");
        },
      }),
    NotJsonError,
    "no",
  );
});

Deno.test("errorRecord() tells name, message, fields, causes and parts", () => {
  const inner = new TypeError("inner");
  const outer = Object.assign(new RangeError("outer", { cause: inner }), {
    code: "E",
    big: 1n,
    call: () => 1,
  });
  const record = { name: "RangeError", message: "outer", code: "E", big: "1", call: undefined };
  assertEquals(errorRecord(outer), { ...record, cause: { name: "TypeError", message: "inner" } });
  assertEquals(errorRecord(new AggregateError([inner], "all")), {
    name: "AggregateError",
    message: "all",
    errors: [{ name: "TypeError", message: "inner" }],
  });
  assertEquals(errorRecord("text"), { name: "NotAnError", message: "text", value: "text" });
  assertEquals(errorRecord(undefined), { name: "NotAnError", message: "undefined", value: null });
});

Deno.test("errorRecord() comes to an end with an error that is its own cause", () => {
  const error = new Error("round");
  error.cause = error;
  assertEquals(JSON.stringify(errorRecord(error)).split("round").length, 7);
});

Deno.test("errorText() is one line", () => {
  assertEquals(errorText(new RangeError("a\n  b")), "RangeError: a b");
  assertEquals(errorText(new Error("")), "Error");
  assertEquals(errorText("a"), '"a" was thrown, which is not an Error');
});
