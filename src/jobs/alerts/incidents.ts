import {
  type DestinationRow,
  diagnose,
  type Finding,
  pauseAt,
  type QueueState,
} from "../../contracts.ts";

/** Something that people should hear of once, and again when it is over. */
export interface AlertIncident {
  /** What it is and of what: the same for as long as it lasts. */
  readonly key: string;
  readonly kind: Finding["kind"];
  /** When it began, as far as is known. Another one with the same key is another incident. */
  readonly since: string;
  /** Of what can grow while it lasts. */
  readonly count?: number;
  readonly text: string;
  readonly remedy: string;
}

export interface AlertRules {
  /** Sooner, an open breaker is nobody's business. */
  readonly breakerOpenForMs: number;
  /** How long a delivery may wait while its destination answers. */
  readonly behindForMs: number;
  /** More POSTs than these in the last hour. */
  readonly quarantinePerHour: number;
  /** By account name. */
  readonly silenceMs: Readonly<Record<string, number>>;
}

/** All that alerts are made of, as it is at `now`. */
export interface Observed {
  readonly now: number;
  /** Of the configured destinations. */
  readonly rows: readonly DestinationRow[];
  /** Of those where a delivery has waited too long at each look: since which look. */
  readonly behindSince: Readonly<Record<string, number>>;
  /** undefined: the bus does not answer. */
  readonly queues: readonly QueueState[] | undefined;
  readonly quarantinedLastHour: number;
  /** Of the accounts that have a rule: when they were last heard of. */
  readonly lastHeard: Readonly<Record<string, string>>;
}

/** Pure. */
export function findIncidents(observed: Observed, rules: AlertRules): AlertIncident[] {
  return [
    ...observed.rows.flatMap((row) => [
      ...paused(row),
      ...out(row, observed, rules),
      ...behind(row, observed),
      ...dead(row, observed.now),
    ]),
    ...(observed.queues ?? []).flatMap((queue) => deadMessages(queue, observed.now)),
    ...quarantine(observed, rules),
    ...silence(observed, rules),
  ];
}

function incident(
  finding: Finding,
  since: string,
  grows: { readonly count?: number } = {},
): AlertIncident {
  const { id: key, what: text, remedy } = diagnose(finding);
  return { key, kind: finding.kind, since, ...grows, text, remedy };
}

/** By itself: of what an operator does nobody need be told. */
function paused({ name, pause }: DestinationRow): AlertIncident[] {
  if (pause === undefined || pause.by === "operator") return [];
  return [incident({ kind: "destination_paused", name, pause }, pause.at)];
}

function out(
  row: DestinationRow,
  { now }: Observed,
  { breakerOpenForMs }: AlertRules,
): AlertIncident[] {
  const { name, breaker, breakerSince, lastError, pause } = row;
  const rests = pauseAt(pause, now) !== undefined;
  if (breaker !== "open" || breakerSince === undefined || rests) return [];
  if (Date.parse(breakerSince) > now - breakerOpenForMs) return [];
  const lasts = `since ${breakerSince}` as const;
  return [incident({ kind: "destination_out", name, lastError, lasts }, breakerSince)];
}

/** What is sent again keeps the age of its event: it has so long to arrive before anybody is told. */
const patienceMs = 10 * 60_000;

/** A delivery waits for longer than it may, whatever keeps it. Of one that is out it is known why. */
export function isBehind(row: DestinationRow, now: number, { behindForMs }: AlertRules): boolean {
  const { oldestOpenAt, pause, breaker } = row;
  if (oldestOpenAt === undefined || breaker === "open") return false;
  return pauseAt(pause, now) === undefined && now - Date.parse(oldestOpenAt) > behindForMs;
}

function behind(row: DestinationRow, { now, behindSince }: Observed): AlertIncident[] {
  const { name, oldestOpenAt, lastError, lastErrorAt = "" } = row;
  const since = behindSince[name];
  if (oldestOpenAt === undefined || since === undefined || now - since < patienceMs) return [];
  const lasts = `since ${oldestOpenAt}` as const;
  const failed = Date.parse(lastErrorAt) >= Date.parse(oldestOpenAt);
  const why = failed ? { lastError } : {};
  return [incident({ kind: "destination_slow", name, lasts, ...why }, oldestOpenAt)];
}

function dead({ name, dead: count }: DestinationRow, now: number): AlertIncident[] {
  if (count === 0) return [];
  return [incident({ kind: "deliveries_dead", name, count }, isoTime(now), { count })];
}

function deadMessages({ name: queue, dead: count }: QueueState, now: number): AlertIncident[] {
  if (count === 0) return [];
  return [incident({ kind: "messages_dead", queue, count }, isoTime(now), { count })];
}

function quarantine(observed: Observed, { quarantinePerHour }: AlertRules): AlertIncident[] {
  const { now, quarantinedLastHour: count } = observed;
  if (count <= quarantinePerHour) return [];
  const finding = { kind: "quarantine_growth", count, of: "POSTs of the last hour" } as const;
  return [incident(finding, isoTime(now))];
}

function silence({ now, lastHeard }: Observed, { silenceMs }: AlertRules): AlertIncident[] {
  return Object.entries(lastHeard)
    .filter(([account, at]) => now - Date.parse(at) > (silenceMs[account] ?? Infinity))
    .map(([account, at]) =>
      incident({ kind: "account_silent", account, lasts: `since ${at}` }, at),
    );
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
