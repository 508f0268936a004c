import { running } from "../../src/kernel/running.ts";

/** From now on collects who, in the scheduler of the calling task, had to be ended by force. */
export function ignoredCancellations(): string[] {
  const found: string[] = [];
  running!.scheduler.instrument = {
    cancellationIgnored: (task, end) => void found.push(`${task.name} ${task.id} ${end}`),
  };
  return found;
}
