import type { RowOf, Tables } from "../contracts/table.ts";
import type { LateMinute, Mark, Series, SeriesRow, Span, Step } from "../contracts.ts";
import type { Projected } from "./log/projection.ts";
import { date, defineTable, flag, integer, json, optional, text } from "./table/define-table.ts";

const keptMs = 400 * 86_400_000;
const minuteMs = 60_000;
/** Minutes are counted a minute after they ended: what enters later than this may not be among what was counted. */
const lateAfterMs = 30_000;

/** Figures by kind, step, time and thing. */
const seriesTable = defineTable({
  name: "series",
  fields: {
    kind: text<SeriesRow["kind"]>(),
    step: text<Step>(),
    at: text(),
    of: text(),
    by: optional(text()),
    figures: json<SeriesRow["figures"]>(),
    revision: integer(),
    expireAt: date(),
  },
  indexes: [{ on: ["kind", "step", "at"] }],
  expires: true,
});

/** By its time: a minute that events entered late. */
const lateMinutesTable = defineTable({
  name: "lateMinutes",
  fields: {
    at: text(),
    times: integer(),
    /** There until it is counted anew. */
    late: optional(flag()),
    expireAt: date(),
  },
  indexes: [{ on: ["at"], where: "late" }],
  expires: true,
});

/** What charts show beside their lines. */
const marksTable = defineTable({
  name: "marks",
  fields: {
    at: text(),
    what: text<Mark["what"]>(),
    of: text(),
    detail: optional(text()),
    expireAt: date(),
  },
  indexes: [{ on: ["at"] }],
  expires: true,
});

export const seriesSpecs = [seriesTable, lateMinutesTable, marksTable];

export function createSeries(tables: Pick<Tables, "of">): Series {
  const series = tables.of(seriesTable);
  const late = tables.of(lateMinutesTable);
  const marks = tables.of(marksTable);
  return {
    async find<K extends SeriesRow["kind"]>(kind: K, step: Step, { from, to }: Span) {
      const rows = await series.find({
        where: { kind, step, at: { atLeast: from, below: to } },
        order: ["at"],
      });
      return rows.map(toRow) as Extract<SeriesRow, { kind: K }>[];
    },
    async write(rows, revision) {
      const made = rows.map((row) => ({
        ...{ ...row, id: idOf(row), revision },
        expireAt: expiryOf(row.at),
      }));
      const known = new Set((await series.insert(made)).map(({ id }) => id));
      const changes = made
        .filter(({ id }) => known.has(id))
        .map(({ id, figures }) => ({
          id,
          where: { revision: { atMost: revision } },
          set: { figures, revision },
        }));
      if (changes.length > 0) await series.update(changes);
    },
    late: async (limit) =>
      (await late.find({ where: { late: true }, order: ["at"], limit })).map(({ at, times }) => ({
        at,
        times,
      })),
    async settle(minutes: readonly LateMinute[]) {
      const changes = minutes.map(({ at, times }) => ({
        id: at,
        where: { times },
        set: { late: null },
      }));
      if (changes.length > 0) await late.update(changes);
    },
    mark: async (mark) => {
      const { at, what, of } = mark;
      await marks.insert([{ id: `${at} ${what} ${of}`, ...mark, expireAt: expiryOf(at) }]);
    },
    marks: async ({ from, to }) => {
      const found = await marks.find({
        where: { at: { atLeast: from, below: to } },
        order: ["at"],
        limit: maxMarks,
      });
      return found.map(({ id: _, expireAt: __, ...mark }) => mark);
    },
  };
}

const maxMarks = 1_000;

/** With the events, in one transaction or behind them. Said again with a batch that is stored again. */
export async function noteLate(
  tables: Pick<Tables, "of">,
  projected: readonly Pick<Projected, "projection">[],
  now: number,
): Promise<void> {
  const minutes = new Set<number>();
  for (const { projection } of projected) {
    const minute = Math.floor(projection.index.receivedAt / minuteMs) * minuteMs;
    if (minute + minuteMs + lateAfterMs <= now) minutes.add(minute);
  }
  if (minutes.size === 0) return;
  await tables.of(lateMinutesTable).upsert(
    [...minutes].map((minute) => {
      const at = new Date(minute).toISOString();
      const create = { at, expireAt: expiryOf(at) };
      return { id: at, create, set: { late: true }, add: { times: 1 } };
    }),
  );
}

/** Of rows that tell a longer time it does not matter that they outlive the minutes. */
function expiryOf(at: string): Date {
  return new Date(Math.max(Date.parse(at), 0) + keptMs);
}

function idOf({ kind, step, at, of, by = "" }: SeriesRow): string {
  return `${kind} ${step} ${at} ${of} ${by}`;
}

function toRow(row: RowOf<typeof seriesTable.fields>): SeriesRow {
  const { kind, step, at, of, by, figures } = row;
  return { kind, step, at, of, ...(by !== undefined && { by }), figures } as SeriesRow;
}
