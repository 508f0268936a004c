/**
 * Writes the stories that `known_bugs_test.ts` compares with. Read them before they are committed.
 *
 * @module
 */

import { explore } from "../../testing.ts";
import { knownBugs } from "./_known_bugs.ts";

/** A story as it is written down: of where tasks were spawned, the function and the file. */
export function written(name: string, story: string): string {
  return `== ${name}\n${story.replace(/file:\S*\/(\w+\.ts):\d+:\d+/g, "$1")}\n`;
}

if (import.meta.main) {
  const stories: string[] = [];
  for (const [name, { buggy }] of Object.entries(knownBugs)) {
    const { failure } = await explore(buggy, { strategy: "pct" });
    stories.push(written(name, failure!.story));
  }
  await Deno.writeTextFile(
    new URL("./known_bugs_stories.txt", import.meta.url),
    stories.join("\n"),
  );
}
