import { assertEquals, assertMatch } from "@std/assert";
import { heddle, job } from "./heddle_process.ts";

Deno.test("heddle map --dry-run tells what would be run, and runs nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const journal = `${folder}/journal`;
    const base = ["map", job("tells"), "--pool", "green"];
    await heddle([...base, "--resume", journal, "a", "b"]);
    const before = await Deno.readTextFile(journal);
    const { code, stdout, stderr } = await heddle([
      ...[...base, "--dry-run", "--resume", journal, "--trace", `${folder}/trace.json`],
      ...["--timeout", "5s", "--retries", "2", "--rate", "10/s", "-c", "7", "--unordered"],
    ], { stdin: "a\nb\nc\nd\n" });
    assertEquals([code, stderr], [0, ""]);
    for (
      const line of [
        /^function +tells, a coroutine \(generator function\) of file:.*jobs\.ts$/m,
        /^inputs +4 lines of stdin$/m,
        /^journal +.*: 2 of them are finished, 2 are left$/m,
        /^lane +green: in this thread$/m,
        /^at a time +7$/m,
        /^limits +an attempt may take 5 s, 3 attempts, 10 may begin within 1 s$/m,
        /^failures +the first one stops all$/m,
        /^output +JSON, one a line, as it is ready$/m,
        /^nothing has been run$/m,
      ]
    ) assertMatch(stdout, line);
    assertEquals(await Deno.readTextFile(journal), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["journal"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("heddle map --dry-run says which lane it would be, and which inputs are unusable", async () => {
  const cases: [args: string[], says: RegExp][] = [
    [
      ["--pool", "parallel", "-c", "3", "--per-worker", "4"],
      /parallel: on 3 workers\nat a time +12, 4 on each/,
    ],
    [["--timeout", "1m"], /on workers, since --timeout can stop nothing else/],
    [[], /here what waits, on workers what computes/],
    [["--pool", "solo"], /solo: in this thread, one after the other\nat a time +1\nlimits +none/],
    [["--priority", "urgency"], /those with the highest urgency of 10000 read ahead first/],
  ];
  for (const [args, says] of cases) {
    const { code, stdout } = await heddle(["map", job("echo"), "--dry-run", ...args, "x"]);
    assertEquals(code, 0);
    assertMatch(stdout, says);
  }
  const { stdout } = await heddle(["map", job("echo"), "--dry-run", "--json"], {
    stdin: "1\n{\n3\n]\n",
  });
  assertMatch(stdout, /^inputs +4 lines of stdin, 2 of them not valid JSON: line 2, line 4$/m);
});
