import type { Clock } from "../../support/clock.ts";
import type { Session } from "../http/api.ts";
import type { Header } from "./header.ts";
import type { Spreadsheet } from "./spreadsheet.ts";

/** Which rows are there, for what was written with an unknown outcome: one reading of the column serves all that wait for it. */
export interface WrittenIds {
  /** The number of the row. Throws DeliveryError. */
  find(session: Session, id: string): Promise<number | undefined>;
  /** A write has just ended, and nobody knows how: what was read before does not count any more. */
  unsure(): void;
  /** A write has been taken: what nobody has asked for lately is dropped. */
  taken(): void;
}

const keepMs = 5 * 60_000;

export function createWrittenIds(
  spreadsheet: Spreadsheet,
  header: Header,
  clock: Pick<Clock, "monotonic">,
): WrittenIds {
  let read: { readonly rows: ReadonlyMap<string, number>; readonly at: number } | undefined;
  let reading = 0;
  const isOld = () => read !== undefined && clock.monotonic() - read.at > keepMs;
  const readAll = async (session: Session) => {
    const column = await header.idColumn(session);
    return column === undefined ? new Map() : spreadsheet.column(session, column);
  };
  return {
    async find(session, id) {
      if (isOld()) read = undefined;
      if (read !== undefined) return read.rows.get(id);
      const mine = reading;
      const at = clock.monotonic();
      const rows = await readAll(session);
      // A write whose outcome became unknown meanwhile may have come after what was read.
      if (mine === reading) read = { rows, at };
      return rows.get(id);
    },
    unsure() {
      reading += 1;
      read = undefined;
    },
    taken() {
      if (isOld()) read = undefined;
    },
  };
}
