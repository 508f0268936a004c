/**
 * `tail -f | grep` for several patterns, with the push coroutines of generator courses (Beazley, "A curious course on
 * coroutines and concurrency", 2009): a source follows a growing log and sends each line on, through a broadcast to one
 * grep for each pattern, to a printer. `follow` is a coroutine of heddle, which sleeps while nothing is written; what it
 * sends to are coroutine objects, which run within the call of `send`.
 *
 * Without a file it writes a log of its own for a while, and follows that.
 *
 * ```sh
 * npx -y deno@2.9.6 run --allow-read --allow-write --allow-env examples/tail_grep.ts [file pattern…]
 * ```
 *
 * @module
 */

import { coroutine, main, race, sleep, until } from "@heddle/runtime";
import { appendFile, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** What lines are sent to. */
interface Target {
  send(line: string): unknown;
  close(): void;
}

/** Sends each line that is written to the file, from its end or its beginning on, until it is cancelled. */
function* follow(path: string, target: Target, from: "end" | "beginning" = "end") {
  const file = yield* until(open(path));
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(64 * 1024);
    let rest = "";
    let position = from === "end" ? (yield* until(file.stat())).size : 0;
    for (;;) {
      const { bytesRead } = yield* until(file.read(buffer, 0, buffer.length, position));
      if (bytesRead === 0) {
        yield* sleep(20);
        continue;
      }
      position += bytesRead;
      const lines = (rest + decoder.decode(buffer.subarray(0, bytesRead), { stream: true }))
        .split("\n");
      rest = lines.pop()!;
      for (const line of lines) target.send(line);
    }
  } finally {
    target.close();
    yield* until(file.close());
  }
}

function* grep(pattern: string, target: Target): Generator<void, void, string> {
  try {
    for (;;) {
      const line = yield;
      if (line.includes(pattern)) target.send(`${pattern}: ${line}`);
    }
  } finally {
    target.close();
  }
}

function* broadcast(targets: readonly Target[]): Generator<void, void, string> {
  try {
    for (;;) {
      const line = yield;
      for (const target of targets) target.send(line);
    }
  } finally {
    for (const target of targets) target.close();
  }
}

function* printer(): Generator<void, void, string> {
  let lines = 0;
  try {
    for (;; lines++) console.log(yield);
  } finally {
    console.log(`${lines} lines found`);
  }
}

/** The same for a function in the place of a target: it is called with each line. */
function cofollow(path: string, receive: (line: string) => void) {
  return follow(path, coroutine(receiver, receive), "beginning");
}

function* receiver(receive: (line: string) => void): Generator<void, void, string> {
  for (;;) receive(yield);
}

function grepAll(patterns: readonly string[]): Target {
  const print = coroutine(printer);
  return coroutine(broadcast, patterns.map((pattern) => coroutine(grep, pattern, print)));
}

/** Writes a log, some lines at a time, also in the middle of a line. */
function* writeLog(path: string) {
  const text = Array.from(
    { length: 40 },
    (_, n) => `${n} ${["swig", "python", "ruby"][n % 3]} says hello\n`,
  ).join("");
  for (let at = 0; at < text.length; at += 50) {
    yield* sleep(5);
    yield* until(appendFile(path, text.slice(at, at + 50)));
  }
}

const [path, ...patterns] = process.argv.slice(2);

await main(function* () {
  if (path !== undefined) {
    yield* follow(path, grepAll(patterns.length === 0 ? [""] : patterns));
    return;
  }
  const folder = yield* until(mkdtemp(join(tmpdir(), "heddle-")));
  const log = join(folder, "growing.log");
  const grepped = grepAll(["python", "swig"]);
  let lines = 0;
  try {
    yield* until(writeFile(log, ""));
    yield* race([
      () =>
        cofollow(log, (line) => {
          grepped.send(line);
          lines++;
        }),
      // When all that was written has been read, the follower is cancelled, and lets go of the file.
      function* () {
        yield* writeLog(log);
        while (lines < 40) yield* sleep(5);
      },
    ]);
  } finally {
    grepped.close();
    yield* until(rm(folder, { recursive: true }));
  }
  console.log(`${lines} lines in all`);
});
