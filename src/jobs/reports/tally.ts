import { failureMeaning } from "../../contracts/failure-meanings.ts";
import type {
  FailureCount,
  PricingCount,
  ReportFigures,
  ReportKey,
  ReportRow,
  SentMessage,
} from "../../contracts.ts";

/** What came back within a day. */
export interface CameBack {
  readonly replied: boolean;
  readonly optedOut: boolean;
}

const reached: Readonly<Record<string, number>> = { sent: 1, delivered: 2, read: 3, played: 3 };

/** Counts messages, each once, into the rows of a report. */
export function createReportTally(by: readonly ReportKey[]) {
  const rows = new Map<string, ReturnType<typeof createFigures>>();
  const total = createFigures({});
  return {
    add(message: SentMessage, back: CameBack) {
      const key = keyOf(message, by);
      const name = JSON.stringify(by.map((each) => key[each]));
      const row = rows.get(name) ?? createFigures(key);
      rows.set(name, row);
      row.add(message, back);
      total.add(message, back);
    },
    /** By hour where it is by hours, else the most messages first. */
    rows: (): ReportRow[] => {
      const all = [...rows].map(([name, row]) => ({ name, row: row.row() }));
      const names = (a: string, b: string) => (a < b ? -1 : 1);
      const hour = (row: ReportRow) => row.key.hour ?? "";
      return all
        .sort((a, b) => {
          if (hour(a.row) !== hour(b.row)) return names(hour(a.row), hour(b.row));
          return b.row.messages - a.row.messages || names(a.name, b.name);
        })
        .map(({ row }) => row);
    },
    total: (): ReportRow => total.row(),
  };
}

function keyOf(message: SentMessage, by: readonly ReportKey[]): ReportRow["key"] {
  const values: Record<ReportKey, string> = {
    template: message.template ?? "",
    account: message.account,
    campaign: message.campaign ?? "",
    variant: message.variant ?? "",
    hour: `${message.at.slice(0, 13)}:00:00.000Z`,
  };
  return Object.fromEntries(by.map((each) => [each, values[each]]));
}

function createFigures(key: ReportRow["key"]) {
  const counts = { messages: 0, sent: 0, delivered: 0, read: 0, failed: 0 };
  const others = { replied: 0, optedOut: 0, untold: 0 };
  const failures = new Map<number | undefined, number>();
  const pricing = new Map<string, PricingCount>();
  return {
    add(message: SentMessage, { replied, optedOut }: CameBack) {
      const { status, codes, told } = message;
      const rank = reached[status ?? ""] ?? 0;
      counts.messages += 1;
      counts.sent += Number(rank >= 1);
      counts.delivered += Number(rank >= 2);
      counts.read += Number(rank >= 3);
      others.replied += Number(replied);
      others.optedOut += Number(optedOut);
      others.untold += Number(!told);
      if (status === "failed") {
        counts.failed += 1;
        failures.set(codes[0], (failures.get(codes[0]) ?? 0) + 1);
      }
      price(pricing, message);
    },
    row: (): ReportRow & ReportFigures => ({
      key,
      ...counts,
      failures: failureCounts(failures),
      ...others,
      pricing: [...pricing.values()].sort((a, b) => b.count - a.count),
    }),
  };
}

function price(counts: Map<string, PricingCount>, { pricing }: SentMessage): void {
  if (pricing === undefined) return;
  const name = `${pricing.category} ${pricing.billable}`;
  counts.set(name, { ...pricing, count: (counts.get(name)?.count ?? 0) + 1 });
}

function failureCounts(failures: ReadonlyMap<number | undefined, number>): FailureCount[] {
  return [...failures]
    .sort(([a = 0, x], [b = 0, y]) => y - x || a - b)
    .map(([code, count]) => ({
      ...(code !== undefined && { code }),
      meaning: failureMeaning(code),
      count,
    }));
}
