import type { Bus, Store } from "../../contracts.ts";
import type { Metrics } from "../../support/metrics.ts";
import { within } from "../../support/within.ts";
import { destinationStates, withoutFigures } from "./destination-state.ts";
import type { ConfigurationState, ReceiverStatus, SeenStats, SystemStatus } from "./status.ts";
import { findProblems } from "./status-problems.ts";

export interface StatusSources {
  readonly version: string;
  readonly roles: readonly string[];
  readonly startedAt: Date;
  readonly bus: Pick<Bus, "health" | "queues">;
  readonly store: Pick<Store, "health" | "stats"> & {
    readonly ledger: Pick<Store["ledger"], "destinations">;
    readonly processes: Pick<Store["processes"], "alive">;
  };
  /** Whether OPS_TOKENS is set in production though there are tokens by name. */
  readonly sharedTokens?: () => Promise<boolean>;
  /** Phone number ids: only these are told of. */
  readonly accounts?: readonly string[];
  /** The configured ones by name. */
  readonly destinations: ReadonlyMap<string, { readonly kind: string }>;
  readonly configuration: ConfigurationState;
  /** Given when the receiver runs in this process; `spool` unless it is off. */
  readonly receiver?: {
    readonly spool?: {
      depth(): { readonly posts: number; readonly bytes: number; readonly oldestAt?: Date };
    };
    readonly metrics: Metrics;
  };
}

const deadlineMs = 4_000;

/** Asks everything at once; what does not answer in 4 s is reported, not waited for. Never rejects. */
export async function collectStatus(sources: StatusSources): Promise<SystemStatus> {
  const [queues, asked, receiver, rows, processes, sharedTokens] = await Promise.all([
    within(deadlineMs, sources.bus.queues()).catch(() => []),
    askStore(sources.store),
    sources.receiver === undefined ? undefined : askReceiver(sources.receiver),
    within(deadlineMs, sources.store.ledger.destinations()).catch(() => undefined),
    within(deadlineMs, sources.store.processes.alive()).catch(() => []),
    sources.sharedTokens && within(deadlineMs, sources.sharedTokens()).catch(() => false),
  ]);
  const { destinations: configured } = sources;
  const observed = reachedBy(sources.accounts, {
    version: sources.version,
    roles: sources.roles,
    startedAt: sources.startedAt.toISOString(),
    configuration: sources.configuration,
    bus: { ...sources.bus.health(), queues },
    store: asked,
    ...(receiver && { receiver }),
    // Nothing rather than every destination as one that nobody holds, while the ledger does not answer.
    destinations: rows ? destinationStates({ configured, rows, processes }) : [],
    processes,
    accounts: Object.entries(asked.stats?.lastEventAt ?? {})
      .map(([id, lastEventAt]) => ({ id, lastEventAt }))
      .sort((a, b) => a.id.localeCompare(b.id)),
  });
  const problems = findProblems(observed, new Date(), {
    sharedTokens: sharedTokens === true && sources.accounts === undefined,
  });
  return { ok: problems.every(({ level }) => level !== "error"), problems, ...observed };
}

type Observed = Omit<SystemStatus, "ok" | "problems">;

/** For who sees some accounts alone: nothing that is counted over all, so no problem is found in that either. */
function reachedBy(
  own: readonly string[] | undefined,
  { receiver, ...observed }: Observed,
): Observed {
  if (own === undefined) return { ...observed, ...(receiver && { receiver }) };
  const { bus, store, destinations, accounts } = observed;
  return {
    ...observed,
    bus: { ...bus, queues: [] },
    store: { ...store, ...(store.stats && { stats: seenStats(own, store.stats) }) },
    destinations: withoutFigures(destinations),
    processes: [],
    accounts: accounts.filter(({ id }) => own.includes(id)),
  };
}

/** Without what is counted over all accounts. */
export function seenStats(own: readonly string[], { kind, lastEventAt }: SeenStats): SeenStats {
  const seen = Object.entries(lastEventAt).filter(([id]) => own.includes(id));
  return { kind, lastEventAt: Object.fromEntries(seen) };
}

async function askStore(store: StatusSources["store"]): Promise<SystemStatus["store"]> {
  try {
    const reason = await within(deadlineMs, store.health());
    if (reason !== undefined) return { ready: false, reason };
    return { ready: true, stats: await within(deadlineMs, store.stats()) };
  } catch {
    return { ready: false, reason: "the store does not answer" };
  }
}

async function askReceiver({
  spool,
  metrics,
}: NonNullable<StatusSources["receiver"]>): Promise<ReceiverStatus> {
  const refused = await metrics.unauthorized.get();
  const last = (await metrics.lastUnauthorized.get()).values[0]?.value ?? 0;
  const depth = spool?.depth();
  const oldestAt = depth?.oldestAt?.toISOString();
  const waiting = depth && {
    ...{ posts: depth.posts, bytes: depth.bytes },
    ...(oldestAt && { oldestAt }),
  };
  return {
    ...(waiting && { spool: waiting }),
    unauthorized: refused.values.reduce((sum, { value }) => sum + value, 0),
    ...(last > 0 && { lastUnauthorizedAt: new Date(last * 1_000).toISOString() }),
  };
}
