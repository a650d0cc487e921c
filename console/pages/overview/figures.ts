import type { Answer } from "../../../src/client/client.ts";

export type SeriesAnswer = Answer<"GET", "/api/series">;

const stepMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

type Value = number | null;

/** What the charts draw: every step, also those at which there was nothing. */
export interface Figures {
  readonly times: readonly string[];
  /** null: not counted yet. */
  readonly inbound: readonly Value[];
  readonly statuses: readonly Value[];
  readonly unauthorized: readonly Value[];
  /** Of the slowest process; null: no POST was answered 200. */
  readonly p50: readonly Value[];
  readonly p99: readonly Value[];
}

/** Pure. */
export function figuresOf(series: SeriesAnswer): Figures {
  const { step, from, to, countedTo } = series;
  const starts: number[] = [];
  for (let at = Date.parse(from); at < Date.parse(to); at += stepMs[step]) starts.push(at);
  const accounts = byTime(series.accounts.flatMap(({ points }) => points));
  const processes = byTime(series.processes.flatMap(({ points }) => points));
  const counted = (of: (point: SeriesAnswer["accounts"][number]["points"][number]) => number) =>
    starts.map((at) => (at >= Date.parse(countedTo) ? null : total(accounts.get(at), of)));
  const slowest = (of: "p50Ms" | "p99Ms") =>
    starts.map((at) => highest((processes.get(at) ?? []).map(({ ack }) => ack?.[of])));
  return {
    times: starts.map((at) => new Date(at).toISOString()),
    inbound: counted(({ inbound }) => inbound),
    statuses: counted(({ sent, delivered, read, failed }) => sent + delivered + read + failed),
    unauthorized: starts.map((at) => total(processes.get(at), ({ unauthorized }) => unauthorized)),
    p50: slowest("p50Ms"),
    p99: slowest("p99Ms"),
  };
}

export interface AccountFigures {
  readonly account: string;
  readonly inbound: number;
  readonly outgoing: number;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
}

/** Of the whole time, the busiest first. Pure. */
export function accountsOf({ accounts }: SeriesAnswer): AccountFigures[] {
  return accounts
    .filter(({ account }) => account !== "none")
    .map(({ account, points }) => {
      const sum = (name: keyof Omit<AccountFigures, "account">) =>
        total(points, (each) => each[name]);
      return {
        account,
        ...{ inbound: sum("inbound"), outgoing: sum("outgoing"), sent: sum("sent") },
        ...{ delivered: sum("delivered"), read: sum("read"), failed: sum("failed") },
      };
    })
    .sort((a, b) => b.inbound + b.sent - (a.inbound + a.sent));
}

/** Messages that Meta says were sent, and nobody told Waypost about. */
export function untold(accounts: readonly AccountFigures[]): number {
  return total(accounts, ({ sent, outgoing }) => Math.max(0, sent - outgoing));
}

export function highest(values: readonly (number | null | undefined)[]): Value {
  const known = values.filter((value) => typeof value === "number");
  return known.length === 0 ? null : Math.max(...known);
}

export function total<T>(items: readonly T[] | undefined, of: (item: T) => number): number {
  return (items ?? []).reduce((sum, item) => sum + of(item), 0);
}

function byTime<T extends { readonly at: string }>(points: readonly T[]): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const point of points) {
    const at = Date.parse(point.at);
    found.set(at, [...(found.get(at) ?? []), point]);
  }
  return found;
}
