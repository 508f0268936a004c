/**
 * What a supervisor tells the world: events, and on the console what nobody would hear of otherwise.
 *
 * @module
 */

import { Broadcast } from "../sync/broadcast.ts";
import type { Child } from "./_child.ts";
import type { SupervisorEvent } from "./supervisor_event.ts";

/** Where a supervisor's events go. */
export class Reports {
  readonly events: Broadcast<SupervisorEvent>;
  /** Whether nobody else publishes there. */
  readonly #isOwn: boolean;

  constructor(events: Broadcast<SupervisorEvent> | undefined) {
    this.events = events ?? new Broadcast();
    this.#isOwn = events === undefined;
  }

  publish(event: SupervisorEvent): void {
    if (!this.events.closed) this.events.publish(event);
  }

  /** When a restart of this child was told of, it will not come. */
  staysDown({ id, phase, resting }: Child): void {
    if (phase !== "down" || resting !== "restarting") return;
    this.publish({ type: "stopped", id, error: undefined });
  }

  /** The last event. */
  end(error: unknown): void {
    this.publish({ type: "ended", error });
    if (this.#isOwn) this.events.close();
  }

  /** A failure that leads to nothing further must not pass in silence when nobody listens to the events. */
  unheard(what: string, error: unknown): void {
    if (this.events.subscribers === 0) console.warn(`${what}:`, error);
  }
}
