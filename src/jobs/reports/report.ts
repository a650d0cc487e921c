import { setImmediate as nextTick } from "node:timers/promises";
import { addAccounts, addCounts, sum } from "../../contracts/figures.ts";
import { responsePoint } from "../../contracts/points.ts";
import type {
  AccountRow,
  Jobs,
  Reconciliation,
  ReportAnswer,
  ReportRequest,
  ReportRow,
  SentMessage,
  Span,
  Store,
} from "../../contracts.ts";
import { seriesJob } from "../series/series.ts";
import { type CameBack, createReportTally } from "./tally.ts";

export interface ReportParts {
  readonly series: Pick<Store["series"], "find">;
  readonly figures: Pick<Store["figures"], "sent" | "turns">;
  readonly jobs: Pick<Jobs, "load">;
}

/** A page of messages; between two others have their turn. */
const pageSize = 500;
const mostMessages = 200_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** What became, until now, of the messages that were sent in the span. */
export async function makeReport(
  { series, figures, jobs }: ReportParts,
  request: ReportRequest,
): Promise<ReportAnswer> {
  const tally = createReportTally(request.by);
  const { accounts } = request;
  const of = (account: string) => accounts?.includes(account) ?? true;
  let after: SentMessage | undefined;
  let seen = 0;
  for (;;) {
    const page = await figures.sent(request, { ...(after && { after }), limit: pageSize });
    const backOf = await cameBack(figures, page);
    for (const message of page) if (of(message.account)) tally.add(message, backOf(message));
    seen += page.length;
    after = page.at(-1);
    if (page.length < pageSize || seen >= mostMessages) break;
    await nextTick();
  }
  const counted = await series.find("account", "hour", request);
  const hours = counted.filter((row) => of(row.of));
  const { countedTo = "" } = (await jobs.load(seriesJob)) ?? {};
  const reconciled = await reconcile(series, hours, { ...request, countedTo });
  return {
    ...{ by: request.by, from: request.from, to: request.to },
    rows: withResponses(tally.rows(), hours, request),
    total: withResponse(tally.total(), hours),
    complete: seen < mostMessages,
    reconciliation: accounts === undefined ? reconciled : ofAccounts(reconciled, of),
  };
}

/** Whether the contact wrote, or took back their consent, within a day after a message. */
async function cameBack(
  figures: ReportParts["figures"],
  page: readonly SentMessage[],
): Promise<(message: SentMessage) => CameBack> {
  const ids = [...new Set(page.flatMap(({ conversation }) => conversation ?? []))];
  const [first, last] = [page[0], page.at(-1)];
  if (first === undefined || last === undefined || ids.length === 0) return () => nothing;
  const to = new Date(Date.parse(last.at) + dayMs).toISOString();
  const byId = new Map<string, { at: string; side: string }[]>();
  for (const { conversation, ids: all, at, side } of await figures.turns(ids, {
    from: first.at,
    to,
  })) {
    for (const id of new Set([conversation, ...all])) {
      const turns = byId.get(id) ?? [];
      byId.set(id, turns);
      turns.push({ at, side });
    }
  }
  return ({ conversation = "", at }) => {
    const until = new Date(Date.parse(at) + dayMs).toISOString();
    const turns = (byId.get(conversation) ?? []).filter((turn) => turn.at > at && turn.at <= until);
    return {
      replied: turns.some(({ side }) => side === "in"),
      optedOut: turns.some(({ side }) => side === "stop"),
    };
  };
}

const nothing: CameBack = { replied: false, optedOut: false };

function withResponses(
  rows: readonly ReportRow[],
  hours: readonly AccountRow[],
  { by }: ReportRequest,
): ReportRow[] {
  if (by.some((key) => key !== "account" && key !== "hour")) return [...rows];
  return rows.map((row) => {
    const { account, hour } = row.key;
    const own = hours.filter(({ of, at }) => (account ?? of) === of && (hour ?? at) === at);
    return withResponse(row, own);
  });
}

function withResponse(row: ReportRow, hours: readonly AccountRow[]): ReportRow {
  const { firstResponse } = addAccounts(hours.map(({ figures }) => figures));
  return firstResponse ? { ...row, firstResponse: responsePoint(firstResponse) } : row;
}

/** Hours that the log is not counted of yet are left out: nothing is missing in them that anybody knows of. */
async function reconcile(
  series: ReportParts["series"],
  stored: readonly AccountRow[],
  { countedTo, ...span }: Span & { readonly countedTo: string },
): Promise<ReportAnswer["reconciliation"]> {
  const processes = await series.find("process", "hour", span);
  const destinations = await series.find("destination", "hour", span);
  const hours = new Map<string, Reconciliation>();
  const at = (time: string, account: string) =>
    hours.get(`${time} ${account}`) ?? { at: time, account, received: 0, repeated: 0, stored: 0 };
  const keep = (row: Reconciliation) => hours.set(`${row.at} ${row.account}`, row);
  for (const { at: time, of, figures } of stored) keep({ ...at(time, of), stored: figures.events });
  for (const { at: time, figures } of processes) {
    for (const [account, count] of Object.entries(figures.received)) {
      const row = at(time, account);
      keep({ ...row, received: row.received + count });
    }
    for (const [account, count] of Object.entries(figures.repeated)) {
      const row = at(time, account);
      keep({ ...row, repeated: row.repeated + count });
    }
  }
  const names = [...new Set(destinations.map(({ of }) => of))].sort();
  const isCounted = ({ at }: Reconciliation) => Date.parse(at) + hourMs <= Date.parse(countedTo);
  const all = [...hours.values()]
    .filter(isCounted)
    .sort((a, b) => (`${a.at} ${a.account}` < `${b.at} ${b.account}` ? -1 : 1));
  return {
    hours: all,
    destinations: names.map((destination) => {
      const own = destinations.filter(({ of }) => of === destination);
      const { delivered = 0, found = 0 } = addCounts(own.map(({ figures }) => figures.verdicts));
      return {
        ...{ destination, taken: delivered + found },
        dead: sum(own.map(({ figures }) => figures.dead)),
      };
    }),
    gaps: all.flatMap(gapOf),
  };
}

/** What destinations took is not counted by account. */
function ofAccounts(
  { hours }: ReportAnswer["reconciliation"],
  of: (account: string) => boolean,
): ReportAnswer["reconciliation"] {
  const own = hours.filter(({ account }) => of(account));
  return { hours: own, destinations: [], gaps: own.flatMap(gapOf) };
}

/** Of what is of no number nobody knows who received it: services and routes tell it too. */
function gapOf({ at, account, received, repeated, stored }: Reconciliation): string[] {
  const missing = received - repeated - stored;
  if (account === "none" || missing <= 0) return [];
  const hour = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  return [`${hour}, ${account}: ${missing} of ${received} received events are not in the log`];
}
