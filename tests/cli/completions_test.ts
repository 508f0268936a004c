import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { heddle } from "./heddle_process.ts";

async function has(shell: string): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["--version"], stdout: "null" }).output())
      .success;
  } catch {
    return false;
  }
}

const shells = {
  bash: await has("bash"),
  zsh: await has("zsh"),
  fish: await has("fish"),
};

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout, stderr } = await heddle(["completions", shell]);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** What a shell says. */
async function ask(shell: string, code: string, env: Record<string, string> = {}): Promise<string> {
  const options = {
    bash: ["--norc", "-c"],
    zsh: ["-f", "-c"],
    fish: ["--no-config", "-c"],
  }[shell]!;
  const { stdout, stderr, success } = await new Deno.Command(shell, {
    args: [...options, code],
    env,
  }).output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  return new TextDecoder().decode(stdout);
}

const asked: [line: string, words: string[]][] = [
  ["heddle d", ["doctor"]],
  ["heddle map --pool ", ["auto", "green", "parallel", "solo"]],
  ["heddle map --json --on-error s", ["skip"]],
  ["heddle map --res", ["--resume"]],
  ["heddle completions ", ["bash", "zsh", "fish"]],
  ["heddle help m", ["map"]],
  ["heddle doctor --j", ["--json"]],
];

Deno.test({
  name: "heddle completions bash completes commands, options and their values",
  ignore: !shells.bash,
  async fn() {
    const script = await scriptOf("bash");
    for (const [line, expected] of asked) {
      const words = line.split(" ");
      const array = words.map((word) => `'${word}'`).join(" ");
      const found = await ask(
        "bash",
        `${script}\nCOMP_WORDS=(${array}) COMP_CWORD=${
          words.length - 1
        }; _heddle; printf '%s\\n' "\${COMPREPLY[@]}"`,
      );
      const offered = found.trim().split("\n").filter((word) =>
        !word.startsWith("-") || line.includes(" --")
      );
      assertEquals([line, offered], [line, expected]);
    }
    // Bash itself completes files.
    const none =
      `COMP_WORDS=(heddle map ./j) COMP_CWORD=2; _heddle; echo "\${#COMPREPLY[@]}"; complete -p heddle`;
    assertEquals(
      await ask("bash", `${script}\n${none}`),
      "0\ncomplete -o default -F _heddle heddle\n",
    );
  },
});

Deno.test({
  name: "heddle completions fish completes commands, options and their values",
  ignore: !shells.fish,
  async fn() {
    const script = await scriptOf("fish");
    const home = await Deno.makeTempDir();
    for (const [line, expected] of asked) {
      const found = await ask("fish", `${script}\ncomplete -C '${line}'`, { HOME: home });
      const offered = found.trim().split("\n").map((row) => row.split("\t")[0]!);
      assertEquals([line, offered.sort()], [line, [...expected].sort()]);
    }
    await Deno.remove(home, { recursive: true });
  },
});

Deno.test({
  name: "heddle completions zsh is sourced, and registers itself",
  ignore: !shells.zsh,
  async fn() {
    const script = await scriptOf("zsh");
    const home = await Deno.makeTempDir();
    const code =
      `autoload -Uz compinit && compinit -u -d "$HOME/dump"\n${script}\necho $_comps[heddle]; whence -w _heddle`;
    assertEquals(await ask("zsh", code, { HOME: home }), "_heddle\n_heddle: function\n");
    await Deno.remove(home, { recursive: true });
  },
});

Deno.test("heddle completions has every option of every command, and says how it is used", async () => {
  const help = (await heddle(["map", "--help"])).stdout;
  const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option!);
  assertEquals(options.length > 14, true);
  for (const shell of ["bash", "zsh", "fish"]) {
    const script = await scriptOf(shell);
    for (const option of options) {
      assertStringIncludes(script, shell === "fish" ? `-l ${option.slice(2)}` : option);
    }
  }
  const { code, stderr } = await heddle(["completions"]);
  assertEquals(code, 2);
  assertMatch(stderr, /missing required argument 'shell'\nRun 'heddle completions bash'/);
  assertEquals((await heddle(["completions", "tcsh"])).code, 2);
});
