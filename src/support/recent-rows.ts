import type { LogEntry, LogPage, LogRow } from "./append-log-tables.ts";

const maxBytes = 4 * 1024 * 1024;

/** The newest rows of a log in memory, for readers that keep up with it. */
export interface RecentRows {
  /** Rows that are on disk now, numbered from `first` on. */
  add(first: number, entries: readonly LogEntry[]): void;
  forgetThrough(seq: number): void;
  /** Undefined when it would need rows that are not here. */
  read(after: number, limit: number, wanted: (key: string) => boolean): LogPage | undefined;
}

/** At most `maxRows` and 4 MiB. */
export function createRecentRows(maxRows: number): RecentRows {
  const rows: LogRow[] = [];
  let bytes = 0;
  const forget = (count: number) => {
    for (const row of rows.splice(0, count)) bytes -= row.bytes.length;
  };
  return {
    add(first, entries) {
      const last = rows.at(-1);
      if (last !== undefined && last.seq + 1 !== first) forget(rows.length);
      for (const [i, { key, bytes: body }] of entries.entries()) {
        rows.push({ seq: first + i, key, bytes: body });
        bytes += body.length;
      }
      // Half of them at once: to move all for each new one would cost more than it saves.
      while (rows.length > maxRows || bytes > maxBytes) forget(Math.ceil(rows.length / 2));
    },
    forgetThrough(seq) {
      const oldest = rows[0]?.seq;
      if (oldest !== undefined && seq >= oldest) forget(seq - oldest + 1);
    },
    read(after, limit, wanted) {
      const oldest = rows[0]?.seq;
      if (oldest === undefined || after + 1 < oldest) return undefined;
      const looked = rows.slice(after + 1 - oldest, after + 1 - oldest + limit);
      const last = looked.at(-1);
      if (last === undefined) return undefined;
      return { rows: looked.filter(({ key }) => wanted(key)), through: last.seq };
    },
  };
}
