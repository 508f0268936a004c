import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { simulate } from "../../testing.ts";
import type { Effect } from "../../src/kernel/effect.ts";
import { spawn } from "../../src/kernel/spawn.ts";
import { running } from "../../src/kernel/running.ts";
import { all } from "../../src/operations/all.ts";
import { createContext, MissingContextError } from "../../src/operations/context.ts";
import { scope } from "../../src/operations/scope.ts";
import { yieldNow } from "../../src/operations/yield_now.ts";

type Coroutine<T> = Generator<Effect<unknown>, T, unknown>;

Deno.test("createContext() gives what was set, else its default, else undefined", async () => {
  const plain = createContext<number>("plain");
  const withDefault = createContext("default", 1);
  await simulate(function* () {
    assertEquals(yield* plain.get(), undefined);
    assertEquals(yield* withDefault.get(), 1);
    assertEquals(yield* withDefault.expect(), 1);
    assertEquals(yield* plain.set(2), 2);
    assertEquals(yield* plain.expect(), 2);
    yield* withDefault.set(3);
    assertEquals([yield* plain.get(), yield* withDefault.get()], [2, 3]);
  });
});

Deno.test("expect() throws where nothing is set", async () => {
  const context = createContext<number>("request");
  const error = await assertRejects(
    () => simulate(() => context.expect()),
    MissingContextError,
    "Context 'request' has no value here",
  );
  assertEquals(error.context, "request");
});

Deno.test("a child sees what stood in its parent at the spawn, and neither sees what the other sets later", async () => {
  const context = createContext("c", "none");
  const { value } = await simulate(function* () {
    yield* context.set("before");
    const child = yield* spawn(function* () {
      const first = yield* context.get();
      yield* context.set("child's");
      yield* yieldNow();
      return [first, yield* context.get()];
    });
    yield* context.set("after");
    return [yield* child, yield* context.get()];
  });
  assertEquals(value, [["before", "child's"], "after"]);
});

Deno.test("with() sets a value for its work only, also when that fails", async () => {
  const context = createContext("c", "outer");
  const { value } = await simulate(function* () {
    const inside = yield* context.with("inner", function* () {
      return yield* yield* spawn(() => context.get());
    });
    try {
      yield* context.with("broken", () => Promise.reject(new Error("no")));
    } catch { /* only what stands after is asked for */ }
    return [inside, yield* context.get(), yield* context.with("op", context.get())];
  });
  assertEquals(value, ["inner", "outer", "op"]);
});

Deno.test("a value that is set in a scope does not leave it", async () => {
  const context = createContext("c", 0);
  const { value } = await simulate(function* () {
    yield* scope(function* () {
      yield* context.set(1);
    });
    yield* all([context.set(2), context.set(3)]);
    return yield* context.get();
  });
  assertEquals(value, 0);
});

Deno.test("contexts of the same name are different", async () => {
  const a = createContext("same", "a");
  const b = createContext("same", "b");
  const { value } = await simulate(function* () {
    yield* a.set("set");
    return [yield* a.get(), yield* b.get()];
  });
  assertEquals(value, ["set", "b"]);
});

Deno.test("createContext() and with() reject what they cannot use", () => {
  assertThrows(() => createContext(1 as never), TypeError, "'name' must be a string");
  assertThrows(
    () => createContext("c").with(1, 1 as never),
    TypeError,
    "run with context 'c': 'work' must be an operation or a function",
  );
});

Deno.test("a task that sets nothing shares what it inherits, however deep it stands", async () => {
  const context = createContext("deep", 0);
  const seen = new Set<unknown>();
  function* descend(depth: number): Coroutine<number | undefined> {
    seen.add(running!.environment);
    if (depth === 0) return yield* context.get();
    return yield* yield* spawn(() => descend(depth - 1));
  }
  const { value } = await simulate(function* () {
    yield* context.set(7);
    return yield* descend(200);
  });
  assertEquals([value, seen.size], [7, 1]);
});

/** A tree of tasks that set one of three contexts and spawn. */
interface Tree {
  set: [context: number, value: number][];
  children: Tree[];
}

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    set: fc.array(fc.tuple(fc.nat(2), fc.nat(9)), { maxLength: 3 }),
    children: fc.oneof(
      { maxDepth: 3 },
      fc.constant<Tree[]>([]),
      fc.array(tie("tree"), { maxLength: 3 }),
    ),
  }),
}));

Deno.test("contexts behave as a copied record does, in any tree and order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), tree, async (seed, root) => {
      const contexts = [0, 1, 2].map((i) => createContext<number>(`c${i}`));
      function* grow(node: Tree, inherited: (number | undefined)[]): Coroutine<void> {
        const model = [...inherited];
        for (const context of contexts.keys()) {
          assertEquals(yield* contexts[context].get(), model[context]);
        }
        for (const [context, value] of node.set) {
          model[context] = value;
          yield* contexts[context].set(value);
          yield* yieldNow();
          const child = node.children.pop();
          const snapshot = [...model];
          if (child !== undefined) yield* spawn(() => grow(child, snapshot));
        }
        for (const context of contexts.keys()) {
          assertEquals(yield* contexts[context].get(), model[context]);
        }
      }
      await simulate(() => grow(structuredClone(root), [undefined, undefined, undefined]), {
        seed,
      });
    }),
    { numRuns: 100 },
  );
});
