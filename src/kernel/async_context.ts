/**
 * The seam to what the host carries across `await`. The loop runs in the microtask of whoever woke it; what is carried for
 * him must not pass to the tasks that it runs.
 *
 * @module
 */

/** How to leave what is carried; `null` while nothing is. */
export const asyncContext: { leave: ((body: () => void) => void) | null } = { leave: null };
