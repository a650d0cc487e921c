import {
  type BatchItem,
  type BatchOutcome,
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  type WaypostEvent,
} from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { effectId } from "../effect-id.ts";
import { type Api, createApi } from "../http/api.ts";
import { jwtBearer } from "../http/grants.ts";
import { sharedToken } from "../http/token-source.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { nothingToWrite } from "../nothing-to-write.ts";
import { compileOption, type OptionTemplates } from "../option-templates.ts";
import { createShared, type Shared } from "../shared.ts";
import { type AppendParts, appendAll, appended, appendOnce, type NewRow } from "./append.ts";
import { checkSheet, sheetRequirements } from "./check.ts";
import { createHeader, type Header } from "./header.ts";
import { parseSheetsOptions, type RawOptions, type SheetsOptions } from "./options.ts";
import { cellsOf, isForSheet, renderCells, rowOf } from "./rows.ts";
import { googleSheetsSchema } from "./schema.ts";
import { createSpreadsheet } from "./spreadsheet.ts";
import { createJudge, createQuotaBackoff, type QuotaBackoff } from "./verdicts.ts";
import { createWrittenIds } from "./written-ids.ts";

/**
 * Appends a row for each event to a Google sheet, many in one call. Each row holds the event's id, by which it is found again after an
 * unknown outcome.
 */
export const googleSheets: DestinationKind<RawOptions> = {
  kind: "google-sheets",
  schema: googleSheetsSchema,
  create: (name, given, parts) => createGoogleSheets(name, given, parts),
};

interface Parts extends AppendParts {
  readonly api: Api;
  readonly options: SheetsOptions;
  readonly columns: OptionTemplates;
  readonly header: Header;
}

/** As the kind's `create`, with another clock. Throws OptionError. */
export function createGoogleSheets(
  name: string,
  given: RawOptions,
  { log, shared = createShared() }: DestinationParts,
  clock: Clock = systemClock,
): Destination {
  const options = parseSheetsOptions(name, given);
  const columns = compileOption(name, "columns", options.columns);
  const { account, baseUrl } = options;
  const backoff = shared.of("sheets quota", [baseUrl, account.email], createQuotaBackoff);
  const api = connect(options, { backoff, clock, shared });
  const spreadsheet = createSpreadsheet(options);
  const header = createHeader({ name, options, spreadsheet, log, clock });
  const written = createWrittenIds(spreadsheet, header, clock);
  const idHeader = options.idColumn;
  const parts: Parts = { api, options, columns, header, spreadsheet, written, backoff, idHeader };
  return {
    kind: "google-sheets",
    idempotency: "lookup",
    links: false,
    shadows: true,
    ...(columns.readsLog && { readsLog: true as const }),
    batch: { along: true, across: true, waitMs: 1_000, most: 500 },
    deliver: (event, context, signal) => deliverOne(parts, event, context, signal),
    deliverBatch: (items, signal) => deliverSeveral(parts, items, signal),
    async find(event, context, signal) {
      const session = api.session(event, context, signal);
      const row = await written.find(session, effectId(event, context));
      return row === undefined ? undefined : appended(row);
    },
    preview(event) {
      if (!isForSheet(event, columns)) return { nothing: why };
      const row = { ...cellsOf(columns.renderFrom(event)), [idHeader]: event.id };
      return { append: options.spreadsheet, sheet: options.sheet, row };
    },
    check: (signal) => checkSheet(api.plain(signal), spreadsheet, options),
    requirements: (signal) => sheetRequirements(api, spreadsheet, options, signal),
    // Which rows are a person's only the sheet's owner can say: columns are templates, and rows are sorted, copied and edited.
    erase: async () => [
      { object: "row", id: options.sheet, result: "by hand", url: spreadsheet.url },
    ],
    close: api.close,
  };
}

function connect(
  options: SheetsOptions,
  { backoff, clock, shared }: { backoff: QuotaBackoff; clock: Clock; shared: Shared },
): Api {
  const { account, baseUrl, secrets } = options;
  const { tokenUrl, email, key, keyId } = account;
  const identity = [tokenUrl, email, ...secrets];
  return createApi({
    ...{ vendor: "Google Sheets", baseUrl, secrets, judge: createJudge(options, backoff) },
    credentials: {
      token: sharedToken({ shared, clock }, "sheets", identity, (dispatcher) =>
        jwtBearer({
          ...{ dispatcher, url: tokenUrl, issuer: email, audience: tokenUrl.href, key, clock },
          scope: "https://www.googleapis.com/auth/spreadsheets",
          ...(keyId !== undefined && { keyId }),
        }),
      ),
    },
  });
}

const why = "it tells of a record, and no column reads `business`";

async function deliverOne(
  parts: Parts,
  event: WaypostEvent,
  context: DeliveryContext,
  signal: AbortSignal,
): Promise<Delivered> {
  throwIfAborted(signal);
  if (!isForSheet(event, parts.columns)) return nothingToWrite(why, context);
  const cells = await renderCells(parts.columns, context);
  if (cells instanceof DeliveryError) throw cells;
  const session = parts.api.session(event, context, signal);
  const layout = await parts.header.layout(session);
  const id = { header: parts.idHeader, value: effectId(event, context) };
  const row = await appendOnce(parts, session, [rowOf(cells, id, layout)]);
  return context.shadow ? { answer: session.summary() } : appended(row);
}

/** A template that this event cannot fill keeps only its own row back. */
async function deliverSeveral(
  parts: Parts,
  items: readonly BatchItem[],
  signal: AbortSignal,
): Promise<BatchOutcome[]> {
  throwIfAborted(signal);
  const { api, columns, header } = parts;
  const render = async ({ event, context }: BatchItem): Promise<BatchOutcome | NewRow> => {
    if (!isForSheet(event, columns)) return nothingToWrite(why, context);
    const cells = await renderCells(columns, context);
    return cells instanceof DeliveryError ? cells : { id: effectId(event, context), cells };
  };
  const rendered = await Promise.all(items.map(render));
  const rows = rendered.filter(isRow);
  if (rows.length === 0) return rendered.flatMap((each) => (isRow(each) ? [] : [each]));
  // Of no single event: an answer may repeat the words of any of them, and is not kept.
  const session = api.plain(signal);
  const outcomes = (await appendAll(parts, session, rows, await header.layout(session))).values();
  return rendered.map((each) => (isRow(each) ? (outcomes.next().value as BatchOutcome) : each));
}

function isRow(each: BatchOutcome | NewRow): each is NewRow {
  return "cells" in each;
}
