/**
 * The numbers of tasks.
 *
 * @module
 */

let last = 0;

/** The number of a new task: one that no other task of the program has, but for those of a simulation. */
export function nextTaskId(): number {
  return ++last;
}

/**
 * Numbers tasks from another place on: a simulation does so for the time of its steps, lest what a program says in one
 * run depend on the runs before.
 *
 * @param given the last number that was given there
 * @returns the last number that was given here
 */
export function numberTasksAfter(given: number): number {
  const before = last;
  last = given;
  return before;
}
