import { assertEquals, assertRejects } from "@std/assert";
import { publicSurface } from "../../tools/api.ts";

/** The surface of a package with these files, without the line that says where it comes from. */
async function surfaceOf(files: Record<string, string>, exports: Record<string, string>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, source] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${path}`, source);
    }
    const config = { name: "@a/b", version: "1.0.0", exports };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    const surface = await publicSurface(new URL(`file://${folder}/`));
    return surface.split("\n").slice(2).join("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("publicSurface() describes every kind of declaration, by name", async () => {
  const surface = await surfaceOf({
    "mod.ts": `
      export * from "./rest.ts";
      export const limit: number = 3;
      export enum Colour { Red = "r", Blue = 2 }
      export namespace space { export const inner: string = ""; }
      export function over(a: string): string;
      export function over(a: number, ...rest: unknown[]): number;
      export function over(a: unknown): unknown { return a; }
      export function* steps<T extends object = {}>({ a = 1 }: { a?: number } = {}): Generator<T> {}
      function hidden(): void {}
    `,
    "rest.ts": `
      export interface Shape<T> extends Iterable<T> {
        readonly size?: number;
        get area(): number;
        of(this: Shape<T>, value: T): value is T & string;
        [key: string]: unknown;
        (call: 1): -1n;
      }
      export abstract class Task<T = void> extends Promise<T> implements PromiseLike<T> {
        #secret = 1;
        private hidden = 2;
        protected readonly state: "a" | "b" = "a";
        static of<U>(value: U, hurry: boolean = false): Task<U> { throw value; }
        abstract get name(): string;
        [Symbol.asyncDispose](): Promise<void> { throw 0; }
      }
      export class Closed { private constructor(private a: number) {} }
      export type Getters<T> = { readonly [K in keyof T as \`get\${K & string}\`]-?: () => T[K] };
      export type Unwrap<T> = T extends (infer U)[] ? [U, number?] : unknown;
    `,
  }, { ".": "./mod.ts" });
  assertEquals(
    surface,
    `## @a/b (mod.ts)

class Closed
  private constructor

enum Colour
  Red = "r"
  Blue = 2

type Getters<T> = { readonly [K in keyof T as \`get\${K & string}\`]-?: () => T[K] }

interface Shape<T> extends Iterable<T>
  (call: 1): -1n
  [key: string]: unknown
  get area(): number
  of(this: Shape<T>, value: T): value is T & string
  readonly size?: number

abstract class Task<T = void> extends Promise<T> implements PromiseLike<T>
  [Symbol.asyncDispose](): Promise<void>
  abstract get name(): string
  static of<U>(value: U, hurry?: boolean): Task<U>
  protected readonly state: "a" | "b"

type Unwrap<T> = T extends (infer U)[] ? [U, number?] : unknown

const limit: number

function over(a: string): string
function over(a: number, ...rest: unknown[]): number

namespace space
  const inner: string

function steps<T extends object = {}>({}?: { a?: number }): Generator<T>
`,
  );
});

Deno.test("publicSurface() copes with an entry that is empty or not there", async () => {
  assertEquals(
    await surfaceOf({ "cli.ts": "console.log(1);" }, {
      "./cli": "./cli.ts",
      "./nats": "./nats.ts",
    }),
    `## @a/b/cli (cli.ts)

nothing is exported

## @a/b/nats (nats.ts)

there is no such file
`,
  );
});

Deno.test("publicSurface() changes when a parameter becomes optional", async () => {
  const of = (source: string) => surfaceOf({ "mod.ts": source }, { ".": "./mod.ts" });
  const before = await of("export function f(a: number): void {}");
  const after = await of("export function f(a?: number): void {}");
  assertEquals(after, before.replace("a:", "a?:"));
});

Deno.test("publicSurface() fails when an entry cannot be read as TypeScript", async () => {
  await assertRejects(
    () => surfaceOf({ "mod.ts": "export const = ;" }, { ".": "./mod.ts" }),
    Error,
    "deno doc failed",
  );
});
