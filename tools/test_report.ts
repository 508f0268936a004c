/** How the tests of one run ended; a step of a test counts as a test. */
export interface TestCounts {
  passed: number;
  failed: number;
  ignored: number;
}

// Quoted values are skipped whole, so that no attribute can end the tag.
const TEST_CASE = /<testcase\b(?:[^>"]|"[^"]*")*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;
const TOTAL = /<testsuites\b[^>]*?\btests="(\d+)"/;

/**
 * Counts the tests in a JUnit report.
 *
 * @throws {Error} If the report does not hold as many tests as it says.
 */
export function countTests(junit: string): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, ignored: 0 };
  for (const [, content = ""] of junit.matchAll(TEST_CASE)) {
    if (/<(?:failure|error)\b/.test(content)) counts.failed++;
    else if (/<skipped\b/.test(content)) counts.ignored++;
    else counts.passed++;
  }
  const found = counts.passed + counts.failed + counts.ignored;
  const total = TOTAL.exec(junit)?.[1];
  if (total !== String(found)) {
    throw new Error(
      `Cannot count the tests: the report announces ${total ?? "no number of"} tests, ` +
        `${found} can be read in it`,
    );
  }
  return counts;
}
