import {
  type DestinationRow,
  pauseAt,
  pausedInWords,
  type RunningProcess,
} from "../../contracts.ts";

/** How a destination fares, for people and for `/api/destinations`. Holds no personal data. */
export interface DestinationState {
  readonly name: string;
  /** Absent when it is no longer configured. */
  readonly kind?: string;
  readonly state: "delivering" | "paused" | "out" | "unheld" | "removed";
  /** The state in a sentence. */
  readonly says: string;
  /** The process that delivers to it now. */
  readonly holder?: string;
  readonly breaker: "closed" | "open";
  readonly breakerSince?: string;
  readonly pause?: DestinationRow["pause"];
  /** Deliveries that wait or are being tried. This and what follows is of all accounts: absent for who sees some alone. */
  readonly open?: number;
  /** Of routes with `after`, not due yet. */
  readonly scheduled?: number;
  readonly oldestOpenAt?: string;
  readonly dead?: number;
  /** How long what waits will take, while it works through it. */
  readonly drainsInMs?: number;
  readonly lastSuccessAt?: string;
  /** In words. */
  readonly lastError?: string;
  readonly lastErrorAt?: string;
  /** Second effects that could not be ruled out. */
  readonly repeats?: number;
}

/** For who sees some accounts alone: whether they deliver, and nothing that deliveries of others are counted in. */
export function withoutFigures(states: readonly DestinationState[]): DestinationState[] {
  return states
    .filter(({ state }) => state !== "removed")
    .map(({ name, kind, state, says, breaker, breakerSince, pause }) => ({
      ...{ name, state, says, breaker },
      ...(kind !== undefined && { kind }),
      ...(breakerSince !== undefined && { breakerSince }),
      ...(pause !== undefined && { pause }),
    }));
}

export interface DestinationSources {
  /** The configured ones. */
  readonly configured: ReadonlyMap<string, { readonly kind: string }>;
  readonly rows: readonly DestinationRow[];
  /** None are known: then a holder is taken at its word. */
  readonly processes: readonly RunningProcess[];
}

const untaken = { epoch: 0, heartbeat: 0, seq: 0, revision: 0, open: 0, scheduled: 0, dead: 0 };

/** All that are configured, and those that are not but have left something, by name. */
export function destinationStates(sources: DestinationSources): DestinationState[] {
  const rows = new Map(sources.rows.filter(isLeft).map((row) => [row.name, row]));
  const names = new Set([...sources.configured.keys(), ...rows.keys()]);
  return [...names].sort().map((name) => {
    const kind = sources.configured.get(name)?.kind;
    const row = rows.get(name) ?? { name, ...untaken };
    const { pause, ...rest } = row;
    const rests = pauseAt(pause, Date.now());
    return stateOf(
      { ...rest, ...(rests && { pause: rests }) },
      kind,
      holderOf(row, sources.processes),
    );
  });
}

/** Waypost's own leases have a dot in their names; what was pruned has nothing left. */
function isLeft({ name, epoch, prunedEpoch }: DestinationRow): boolean {
  return !name.includes(".") && prunedEpoch !== epoch;
}

/** A holder that was killed stays in the row until somebody takes over. */
function holderOf(
  { holder }: DestinationRow,
  processes: readonly RunningProcess[],
): string | undefined {
  return processes.length === 0 || isAlive(holder, processes) ? holder : undefined;
}

/** A holder is the id of its process and, behind a blank, what tells its terms apart. */
export function isAlive(
  holder: string | undefined,
  processes: readonly Pick<RunningProcess, "id">[],
): boolean {
  return processes.some(({ id }) => holder === id || holder?.startsWith(`${id} `) === true);
}

function stateOf(
  row: DestinationRow,
  kind: string | undefined,
  holder: string | undefined,
): DestinationState {
  const { name, open, dead, oldestOpenAt, pause, lastSuccessAt, lastError, lastErrorAt } = row;
  const words = inWords(row, kind !== undefined, holder);
  return {
    name,
    ...(kind === undefined ? {} : { kind }),
    ...words,
    ...(holder === undefined ? {} : { holder }),
    breaker: row.breaker ?? "closed",
    ...(row.breakerSince === undefined ? {} : { breakerSince: row.breakerSince }),
    ...(pause === undefined ? {} : { pause }),
    open,
    scheduled: row.scheduled,
    ...(oldestOpenAt === undefined ? {} : { oldestOpenAt }),
    ...drains(row, words.state),
    dead,
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    ...(lastError === undefined ? {} : { lastError }),
    ...(lastErrorAt === undefined ? {} : { lastErrorAt }),
    repeats: row.repeats ?? 0,
  };
}

/** What it will take is not known while it takes nothing. */
function drains(
  { open, perHour }: DestinationRow,
  state: DestinationState["state"],
): Pick<DestinationState, "drainsInMs"> {
  if (state !== "delivering" || open === 0 || perHour === undefined) return {};
  return { drainsInMs: Math.ceil((open / perHour) * 3_600_000) };
}

function inWords(
  { pause, breaker }: DestinationRow,
  configured: boolean,
  holder: string | undefined,
): Pick<DestinationState, "state" | "says"> {
  if (!configured) return { state: "removed", says: "no longer configured" };
  if (pause !== undefined) return { state: "paused", says: pausedInWords(pause) };
  if (holder === undefined) return { state: "unheld", says: "no worker delivers to it" };
  if (breaker === "open") return { state: "out", says: "out; tried again and again" };
  return { state: "delivering", says: "delivering" };
}
