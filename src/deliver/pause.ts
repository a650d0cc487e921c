import type { DestinationLease } from "../contracts.ts";
import type { Clock } from "../support/clock.ts";
import type { Log } from "../support/log.ts";
import type { Incident } from "./delivery.ts";

type Reason = NonNullable<DestinationLease["pause"]>;

/** Whether the destination rests, by an operator's word or because its configuration does not work. */
export interface Pause {
  now(): Reason | undefined;
  /** What a renewal says; `askedAt` (monotonic) is when it was asked. */
  learn(row: DestinationLease, askedAt: number): void;
  /** Pauses until an operator resumes, with one alert. Resolves when the ledger has it. */
  forConfig(reason: string): Promise<void>;
}

export function createPause(options: {
  readonly row: DestinationLease;
  readonly clock: Clock;
  readonly save: (pause: Reason) => Promise<void>;
  readonly onIncident: (incident: Omit<Incident, "destination">) => void;
  readonly log: Log;
}): Pause {
  const { clock, save, onIncident, log } = options;
  let current = options.row.pause;
  /** What was asked before this says nothing about what is saved now. */
  let savedAt = Number.NEGATIVE_INFINITY;
  return {
    now: () => current,
    learn({ pause }, askedAt) {
      if (askedAt <= savedAt) return;
      const before = current;
      current = pause;
      if (before === undefined || pause !== undefined) return;
      log.info("the destination is resumed");
      if (before.by === "operator") return;
      const { at, reason } = before;
      onIncident({ kind: "paused", phase: "ended", since: at, reason });
    },
    async forConfig(reason) {
      // One alert, however many attempts meet the same.
      if (current !== undefined) return;
      const pause = { by: "config", reason, at: new Date(clock.now()).toISOString() } as const;
      current = pause;
      savedAt = Number.POSITIVE_INFINITY;
      log.error("the destination is paused: its configuration does not work", { reason });
      onIncident({ kind: "paused", phase: "began", since: pause.at, reason });
      await save(pause);
      savedAt = clock.monotonic();
    },
  };
}
