import { assertEquals, assertThrows } from "@std/assert";
import { countTests } from "../../tools/test_report.ts";

const report = (total: number, ...cases: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="${total}" failures="0" errors="0" time="0.1">
    <testsuite name="./a_test.ts" tests="${total}" failures="0">
        ${cases.join("\n        ")}
    </testsuite>
</testsuites>`;

Deno.test("countTests() counts what passed, failed and was ignored", () => {
  const junit = report(
    5,
    `<testcase name="a" time="0.000" line="1">\n        </testcase>`,
    `<testcase name="b"/>`,
    `<testcase name="c"><failure message="x">no</failure></testcase>`,
    `<testcase name="d"><error message="x"/></testcase>`,
    `<testcase name="e">\n<skipped/>\n</testcase>`,
  );
  assertEquals(countTests(junit), { passed: 2, failed: 2, ignored: 1 });
});

Deno.test("countTests() is not misled by the names of tests", () => {
  const junit = report(
    2,
    `<testcase name="&lt;failure&gt; a > b / &quot;"></testcase>`,
    `<testcase name="/>"><failure message="&lt;/testcase&gt;">&lt;skipped/&gt;</failure></testcase>`,
  );
  assertEquals(countTests(junit), { passed: 1, failed: 1, ignored: 0 });
});

Deno.test("countTests() counts a run without tests as such", () => {
  assertEquals(countTests(report(0)), { passed: 0, failed: 0, ignored: 0 });
});

Deno.test("countTests() refuses a report it cannot read to the end", () => {
  const whole = report(2, `<testcase name="a"></testcase>`, `<testcase name="b"></testcase>`);
  const cut = whole.slice(0, whole.indexOf(`<testcase name="b"`) + 20);
  assertThrows(() => countTests(cut), Error, "announces 2 tests, 1 can be read");
  assertThrows(() => countTests(""), Error, "no number of tests");
});
