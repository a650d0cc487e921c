import type {
  ReportAnswer,
  ReportKey,
  ReportRow,
  ReportSheet,
  WaypostEvent,
} from "../../contracts.ts";
import { hashId } from "../../event/hash-id.ts";

const mostRows = 30;

export interface ReportWords {
  readonly name: string;
  readonly timeZone: string;
  /** Names of accounts by phone number id or WABA id. */
  readonly accounts: ReadonlyMap<string, string>;
}

/** A report as lines for a chat. */
export function reportLines(report: ReportAnswer, words: ReportWords): string[] {
  const { rows, total } = report;
  const shown = rows.slice(0, mostRows);
  return [
    `${localTime(report.from, words.timeZone)} to ${localTime(report.to, words.timeZone)} (${words.timeZone})`,
    `All: ${rowWords(total)}`,
    ...shown.map((row) => `${nameOf(row, report, words)}: ${rowWords(row)}`),
    ...(rows.length > shown.length ? [`… and ${rows.length - shown.length} more`] : []),
    ...failureLines(report),
    ...noteLines(report),
  ];
}

export function failureLines({ total }: ReportAnswer): string[] {
  return total.failures
    .slice(0, 10)
    .map(({ code, meaning, count }) =>
      `Failed ${count} × ${code ?? ""} ${meaning}`.replace("×  ", "× "),
    );
}

/** What a reader should know of the figures. */
export function noteLines({ total, complete, reconciliation }: ReportAnswer): string[] {
  return [
    ...(total.untold > 0 ? [`${total.untold} were sent that nobody told Waypost about`] : []),
    ...(complete ? [] : ["There were more messages than a report looks at"]),
    ...reconciliation.gaps.slice(0, 10).map((gap) => `Gap: ${gap}`),
  ];
}

function nameOf(row: ReportRow, { by }: ReportAnswer, words: ReportWords): string {
  return by.map((key) => keyWords(key, row, words)).join(" · ");
}

/** What a row is of, for people: an account by its name, an hour by the clock on the wall. */
export function keyWords(
  key: ReportKey,
  row: ReportRow,
  { accounts, timeZone }: ReportWords,
): string {
  const value = row.key[key] ?? "";
  if (key === "hour") return localTime(value, timeZone);
  if (value === "") return `no ${key}`;
  return key === "account" ? (accounts.get(value) ?? value) : value;
}

export function rowWords(row: ReportRow): string {
  const { messages, sent, delivered, read, failed, replied, optedOut, firstResponse } = row;
  if (messages === 0) return firstResponse ? responseWords(firstResponse) : "nothing was sent";
  const share = (count: number) => `${count} (${Math.round((100 * count) / messages)} %)`;
  const others = [
    failed > 0 && `${failed} failed`,
    replied > 0 && `${share(replied)} replied`,
    optedOut > 0 && `${optedOut} opted out`,
    firstResponse && responseWords(firstResponse),
  ];
  const funnel = `${sent} of ${messages} sent, ${share(delivered)} delivered, ${share(read)} read`;
  return [funnel, ...others.filter(Boolean)].join(", ");
}

function responseWords({ p50Ms }: NonNullable<ReportRow["firstResponse"]>): string {
  const minutes = Math.round(p50Ms / 60_000);
  return `half were answered within ${minutes < 1 ? "a minute" : `${minutes} min`}`;
}

export function localTime(iso: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return format.format(new Date(iso));
}

/** As an event, so that a destination can carry it. A repeat has the same id. It is neither published nor kept. */
export function reportEvent(
  { name, due, to }: { readonly name: string; readonly due: string; readonly to: string },
  lines: readonly string[],
  sheet: ReportSheet,
): WaypostEvent {
  const id = hashId("evt_", ["report", name, due, to]);
  return {
    specversion: "1.0",
    id,
    type: "business.report.made",
    source: "/waypost",
    time: due,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: "pst_report",
    dataversion: 1,
    data: {
      account: {},
      contact: { name: `Waypost: ${name}` },
      receivedAt: due,
      message: { id, type: "text", text: { body: lines.join("\n") } },
      business: { sheet },
    },
  };
}
