import { type CatalogEntry, catalog, entriesOf } from "./catalog/catalog.ts";
import { listFixtures, loadFixtures } from "./catalog/fixtures.ts";
import type { SimulateFlags } from "./flags.ts";
import { newSeed } from "./random.ts";
import { daySeconds } from "./scenario/day.ts";
import type { SendOptions } from "./send.ts";
import type { Scenario, TrafficOptions } from "./traffic.ts";

/** What a command line comes down to. */
export interface Plan {
  readonly title: string;
  readonly traffic: Omit<TrafficOptions, "appSecret">;
  readonly send: Omit<SendOptions, "url">;
  /** For the progress bar: POSTs or ms, whichever is known. */
  readonly posts?: number;
  readonly ms?: number;
}

/** How long a rate is kept up that names neither a count nor a duration. */
const defaultRateMs = 10_000;

/** Fills in what the flags leave open. Throws a RangeError on a name that is not known. */
export async function makePlan(flags: SimulateFlags, now: Date): Promise<Plan> {
  const entries = await chooseEntries(flags);
  const source = chooseSource(flags, entries);
  const goal = chooseGoal(flags, source, entries);
  return {
    title: titleOf(source, entries),
    traffic: {
      ...given(flags, trafficKeys),
      seed: flags.seed ?? newSeed(now),
      ...(entries !== undefined && { entries }),
      ...(source !== "kinds" && source !== "big" && { scenario: source }),
      ...(goal.posts !== undefined && { count: goal.posts }),
    },
    send: {
      connections: flags.connections ?? (source === "hello" ? 1 : 64),
      ...(goal.stopMs !== undefined && { durationMs: goal.stopMs }),
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
      ...(flags.retry !== undefined && { retryMs: flags.retry === true ? 60_000 : flags.retry }),
    },
    ...goal,
  };
}

type Source = "kinds" | "big" | Scenario;

function chooseSource(flags: SimulateFlags, entries: readonly CatalogEntry[] | undefined): Source {
  if (entries !== undefined) return "kinds";
  if (flags.big === true) return "big";
  if (flags.scenario === "shop-day" || flags.scenario === "clinic-day") return flags.scenario;
  const isMore = flags.count ?? flags.duration ?? flags.rate;
  return isMore === undefined ? "hello" : "conversation";
}

interface Goal {
  readonly posts?: number;
  /** How long it will take, where that is known. */
  readonly ms?: number;
  /** When to stop. */
  readonly stopMs?: number;
}

/** When a run is over: as told, else each kind once, one big POST, ten seconds of a rate, or when a scenario ends. */
function chooseGoal(
  flags: SimulateFlags,
  source: Source,
  entries: readonly CatalogEntry[] | undefined,
): Goal {
  const { count, duration, rate, batch = 1, speed = 600 } = flags;
  const told = {
    ...(count !== undefined && { posts: count }),
    ...(duration !== undefined && { ms: duration, stopMs: duration }),
  };
  if (count !== undefined || duration !== undefined || source === "hello") return told;
  if (source === "shop-day" || source === "clinic-day") {
    return rate === undefined && speed > 0 ? { ms: (daySeconds * 1000) / speed } : {};
  }
  if (rate !== undefined) return { ms: defaultRateMs, stopMs: defaultRateMs };
  return { posts: Math.ceil((entries?.length ?? 1) / batch) };
}

/** The lines of `--type list`. */
export async function listKinds(): Promise<string> {
  const named = (group: CatalogEntry["group"]) =>
    catalog.filter((entry) => entry.group === group).map((entry) => entry.name);
  const fields = [...new Set(catalog.map((entry) => entry.field))].filter((field) => field !== "");
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["Messages (`message` sends all)", named("message")],
    ["Statuses (`status` sends all)", named("status")],
    ["Other fields (`field` sends all)", named("field")],
    ["Whole fields", fields],
    ["Not understood (`odd` sends all)", named("odd")],
    ["Fixtures (`--fixture all` sends all)", await listFixtures()],
  ];
  return sections.map(([head, names]) => `${head}\n${wrap(names)}\n`).join("\n");
}

function wrap(names: readonly string[]): string {
  const lines: string[] = [];
  let line = " ";
  for (const name of names) {
    if (line.length + name.length > 96) {
      lines.push(line);
      line = " ";
    }
    line += ` ${name}`;
  }
  return [...lines, line].join("\n");
}

async function chooseEntries(flags: SimulateFlags): Promise<CatalogEntry[] | undefined> {
  if (flags.type === undefined && flags.fixture === undefined) return undefined;
  const fixtures = await listFixtures();
  const entries: CatalogEntry[] = [];
  for (const name of flags.type ?? []) {
    const isFixture = fixtures.includes(name) && !catalog.some((entry) => entry.name === name);
    entries.push(...(isFixture ? await loadFixtures([name]) : entriesOf(name)));
  }
  if (flags.fixture !== undefined) entries.push(...(await loadFixtures(flags.fixture)));
  return entries;
}

const trafficKeys = [
  ...(["big", "rate", "speed", "batch", "duplicates"] as const),
  ...(["disorder", "badSignatures", "accounts", "contacts"] as const),
];

/** Those of these flags that were given. */
function given<K extends keyof SimulateFlags>(
  flags: SimulateFlags,
  keys: readonly K[],
): Pick<SimulateFlags, K> {
  const picked = keys.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]]);
  return Object.fromEntries(picked) as Pick<SimulateFlags, K>;
}

function titleOf(source: Source, entries: readonly CatalogEntry[] = []): string {
  const titles: Readonly<Record<Source, string>> = {
    kinds: entries.length === 1 ? `${entries[0]?.name}` : `${entries.length} kinds of items`,
    big: "3 MB POSTs",
    hello: "one conversation",
    conversation: "conversations",
    "shop-day": "a shop's day",
    "clinic-day": "a clinic's day",
  };
  return titles[source];
}
