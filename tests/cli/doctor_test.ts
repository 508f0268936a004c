import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { containerLimits } from "../../src/cli/doctor/cgroup.ts";
import { heddle } from "./heddle_process.ts";

interface Report {
  readonly isWell: boolean;
  readonly findings: { what: string; text: string; advice?: string; isProblem?: boolean }[];
  readonly limits: string[];
}

Deno.test("heddle doctor finds the runtime, its permissions and processors, and tries workers", async () => {
  const { code, stdout, stderr } = await heddle(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  for (
    const line of [
      /^heddle +\d+\.\d+\.\d+, file:/m,
      new RegExp(`^runtime +Deno ${Deno.version.deno}, V8 `, "m"),
      /^permissions +all$/m,
      new RegExp(`^processors +${navigator.hardwareConcurrency}`, "m"),
      /^memory +.*; a thread's heap may grow to /m,
      /^worker +a thread was started, did a job, and ended, in \d+ ms$/m,
      /^process +a process was started, did a job, and ended, in \d+ ms$/m,
      /^limits that apply here\n {2}- .*loops for ever/m,
      /^heddle works here$/m,
    ]
  ) assertMatch(stdout, line);
});

Deno.test("heddle doctor --json prints what was found as JSON", async () => {
  const { code, stdout } = await heddle(["doctor", "--json"]);
  const { isWell, findings, limits } = JSON.parse(stdout) as Report;
  assertEquals([code, isWell], [0, true]);
  assertEquals(findings.filter(({ isProblem }) => isProblem), []);
  assert(limits.length > 0);
});

Deno.test("heddle doctor says what is not permitted, and what for", async () => {
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env", cli, "doctor"],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertMatch(text, /^permissions +read, env$/m);
  assertStringIncludes(text, "write: prompt");
  assertStringIncludes(text, "it is for --resume and --trace, and jobs that write: --allow-write");
  assertMatch(text, /^processors +/m);
  assertMatch(text, /^heddle (works|does not work) here/m);
  assertEquals(code, text.includes("heddle works here") ? 0 : 1);
});

function files(contents: Record<string, string>): (path: string) => string | undefined {
  return (path) => contents[path];
}

Deno.test("containerLimits() finds the tightest limits of version 2", () => {
  const limits = containerLimits(files({
    "/proc/self/cgroup": "0::/slice/pod\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpu memory pids",
    "/sys/fs/cgroup/slice/pod/cpu.max": "max 100000\n",
    "/sys/fs/cgroup/slice/cpu.max": "150000 100000\n",
    "/sys/fs/cgroup/slice/pod/memory.max": "536870912\n",
    "/sys/fs/cgroup/slice/memory.max": "1073741824\n",
    "/sys/fs/cgroup/slice/pod/pids.max": "max\n",
  }));
  assertEquals(limits, { processors: 1.5, memory: 536870912, tasks: undefined });
});

Deno.test("containerLimits() finds limits of version 1, and none where there are none", () => {
  const limits = containerLimits(files({
    "/proc/self/cgroup": "3:cpu:/\n2:memory:/\n",
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/pids/pids.max": "512\n",
  }));
  assertEquals(limits, { processors: 0.5, memory: undefined, tasks: 512 });
  const none = { processors: undefined, memory: undefined, tasks: undefined };
  assertEquals(containerLimits(files({})), none);
  const unlimited = files({
    "/proc/self/cgroup": "0::/\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpu",
    "/sys/fs/cgroup/cpu.max": "max 100000\n",
  });
  assertEquals(containerLimits(unlimited), none);
});
