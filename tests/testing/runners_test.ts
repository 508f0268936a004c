import { suite } from "./runners/suite.ts";

// Under the other runners it is run by `tools/test_runners.ts`.
suite((name, body) => Deno.test(name, body), false);
