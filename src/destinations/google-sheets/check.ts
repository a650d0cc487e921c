import { DeliveryError, type DestinationCheck, type Requirement } from "../../contracts.ts";
import type { Api, Session } from "../http/api.ts";
import { add, missingOf, problemOf } from "./header.ts";
import type { SheetsOptions } from "./options.ts";
import type { Spreadsheet } from "./spreadsheet.ts";

/** Key, spreadsheet, sheet and header, by calls that change nothing. Whether it may write shows with the first row. */
export async function checkSheet(
  session: Session,
  spreadsheet: Spreadsheet,
  options: SheetsOptions,
): Promise<DestinationCheck[]> {
  const { account, sheet } = options;
  try {
    const { title, sheets } = await spreadsheet.about(session);
    const detail = `${account.email} reads "${title}"; it must be an editor of it`;
    const read = { name: "spreadsheet", ok: true, detail };
    if (!sheets.includes(sheet)) return [read, absentSheet(sheet, sheets)];
    const header = await spreadsheet.header(session);
    return [read, { name: "sheet", ok: true, detail: `"${sheet}"` }, headerCheck(header, options)];
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    return [{ name: "spreadsheet", ok: false, detail: error.message }];
  }
}

function absentSheet(sheet: string, sheets: readonly string[]): DestinationCheck {
  const others = sheets.map((each) => `"${each}"`).join(", ");
  const detail = `there is none of the name "${sheet}" among ${others}: name one so, or set \`sheet\``;
  return { name: "sheet", ok: false, detail };
}

function headerCheck(header: readonly string[], options: SheetsOptions): DestinationCheck {
  const name = "header";
  const missing = missingOf(header, options);
  if (header.every((each) => each === "")) {
    return {
      name,
      ok: true,
      detail: "the first row is empty: the header is made with the first event",
    };
  }
  const problem = problemOf(header, missing, options);
  if (problem !== undefined) return { name, ok: false, detail: `the first row ${problem}` };
  const detail =
    missing.length === 0
      ? "every column is there"
      : `"${options.idColumn}" is added with the first event`;
  return { name, ok: true, detail };
}

/** The sheet and its header row. Throws DeliveryError. */
export async function sheetRequirements(
  api: Api,
  spreadsheet: Spreadsheet,
  options: SheetsOptions,
  signal: AbortSignal,
): Promise<Requirement[]> {
  const { sheet } = options;
  const { sheets } = await spreadsheet.about(api.plain(signal));
  const there = sheets.includes(sheet);
  const header = there ? await spreadsheet.header(api.plain(signal)) : [];
  const missing = missingOf(header, options);
  const names = missing.map((each) => `"${each}"`).join(", ");
  return [
    {
      what: `the sheet "${sheet}"`,
      there,
      create: (creating) => spreadsheet.addSheet(api.plain(creating)),
    },
    {
      what: missing.length === 0 ? "the header row" : `the header row with ${names}`,
      there: missing.length === 0,
      async create(creating) {
        const session = api.plain(creating);
        // As it is now: the sheet may have been made meanwhile.
        const now = await spreadsheet.header(session);
        const additions = missingOf(now, options);
        if (additions.length > 0) await add(spreadsheet, session, now.length, additions);
      },
    },
  ];
}
