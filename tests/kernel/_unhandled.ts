import { run, sleep } from "../../mod.ts";

/**
 * Collects what the host reports as unhandled rejections while `body` runs, and keeps it from ending the test. The host
 * reports at the end of a turn, so it is given two.
 */
export async function unhandledDuring(body: () => unknown): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const listener = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    reasons.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listener);
  try {
    await body();
    for (let turn = 0; turn < 2; turn++) await run(() => sleep(0));
  } finally {
    globalThis.removeEventListener("unhandledrejection", listener);
  }
  return reasons;
}
