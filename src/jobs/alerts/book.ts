import type { AlertIncident } from "./incidents.ts";

/** An alert that should be sent now. */
export interface DueAlert {
  readonly incident: AlertIncident;
  readonly phase: "began" | "grew" | "ended";
}

/** Which incidents people have been notified of. */
export interface AlertsBook {
  /** What they should be notified of now that these incidents are on. */
  due(incidents: readonly AlertIncident[], now: number): DueAlert[];
  /** They have been notified. */
  notified(alert: DueAlert, now: number): void;
  /** For the ledger, where the next process finds it. */
  toRecord(): Record<string, string>;
}

interface Notified {
  readonly incident: AlertIncident;
  readonly at: number;
}

/** People are notified of what grows no more often than this. */
const growthMs = 10 * 60_000;
/** Of these `since` is when they began, and not just when they were seen. */
const dated: ReadonlySet<AlertIncident["kind"]> = new Set([
  "destination_paused",
  "destination_out",
]);

export function loadAlertsBook(record: Readonly<Record<string, string>> = {}): AlertsBook {
  const all = new Map<string, Notified>(
    Object.entries(record).map(([key, json]) => [key, JSON.parse(json)]),
  );
  const phaseOf = (incident: AlertIncident, now: number): DueAlert["phase"] | undefined => {
    const last = all.get(incident.key);
    if (last === undefined) return "began";
    if (dated.has(incident.kind) && last.incident.since !== incident.since) return "began";
    const [count = 0, before = 0] = [incident.count, last.incident.count];
    // Some were sent again: what dies from now on is more than these.
    if (count < before) all.set(incident.key, { ...last, incident: { ...last.incident, count } });
    return count > before && now - last.at >= growthMs ? "grew" : undefined;
  };
  return {
    due(incidents, now) {
      const on = new Set(incidents.map(({ key }) => key));
      const ended = [...all.values()].filter(({ incident }) => !on.has(incident.key));
      return [
        ...incidents.flatMap((incident) => {
          const phase = phaseOf(incident, now);
          return phase === undefined ? [] : [{ incident, phase }];
        }),
        ...ended.map(({ incident }) => ({ incident, phase: "ended" as const })),
      ];
    },
    notified({ incident, phase }, now) {
      if (phase === "ended") all.delete(incident.key);
      else all.set(incident.key, { incident, at: now });
    },
    toRecord: () => Object.fromEntries([...all].map(([key, each]) => [key, JSON.stringify(each)])),
  };
}
