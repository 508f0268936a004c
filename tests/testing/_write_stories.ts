/**
 * Writes the stories that `known_bugs_test.ts` compares with. Read them before they are committed.
 *
 * @module
 */

import { explore } from "../../testing.ts";
import { knownBugs } from "./_known_bugs.ts";

let text = "";
for (const [name, { buggy }] of Object.entries(knownBugs)) {
  const { failure } = await explore(buggy, { strategy: "pct" });
  text += `== ${name}\n${failure!.story.replace(/task \d+ '/g, "task '")}\n\n`;
}
await Deno.writeTextFile(new URL("./known_bugs_stories.txt", import.meta.url), text);
