import type { RowOf, Tables } from "../contracts/table.ts";
import type { MediaRow, MediaRows, MediaState } from "../contracts.ts";
import { date, defineTable, integer, optional, text } from "./table/define-table.ts";

/**
 * By Meta's media id: the files of messages. Rows do not go by themselves: the bytes go first, and whoever removes
 * them must see the row until then.
 */
export const mediaTable = defineTable({
  name: "media",
  fields: {
    state: text<MediaState>(),
    name: text(),
    account: optional(text()),
    sha256: optional(text()),
    bytes: optional(integer()),
    type: optional(text()),
    reason: optional(text()),
    expireAt: date(),
  },
  indexes: [{ on: ["sha256"] }, { on: ["expireAt"] }],
});

type Row = RowOf<typeof mediaTable.fields>;

/**
 * Bytes may be of several rows, and are removed with the last. Who saves a row writes it first and looks then whether its bytes
 * are being removed; who removes marks its row first and looks then who else has the bytes: one of the two sees the other.
 */
export function createMediaRows(tables: Pick<Tables, "of">): MediaRows {
  const media = tables.of(mediaTable);
  return {
    async get(mediaIds) {
      const now = new Date();
      const rows = await media.get(mediaIds);
      return rows.filter(({ expireAt }) => expireAt > now).map(toMediaRow);
    },
    async save({ mediaId: id, ...row }) {
      const [existing] = await media.insert([{ id, ...row }]);
      if (existing !== undefined && !(await replace(id, row))) return false;
      if (row.sha256 === undefined) return true;
      return (await media.count({ sha256: row.sha256, state: "removing" })) === 0;
    },
    async expire(now, limit) {
      const where = { expireAt: { atMost: now } };
      const found = await media.find({ where, order: ["expireAt"], limit });
      const marked: Row[] = [];
      for (const { id } of found) {
        const row = await media.advance(id, where, { set: { state: "removing" } });
        if (row !== undefined) marked.push(row);
      }
      return marked.map(toMediaRow);
    },
    async isShared({ sha256, mediaId }) {
      if (sha256 === undefined) return false;
      const where = { sha256, state: { not: "removing" as const }, id: { not: mediaId } };
      return (await media.count(where)) > 0;
    },
    remove: (mediaIds) => media.remove(mediaIds),
  };

  async function replace(id: string, row: Omit<MediaRow, "mediaId">): Promise<boolean> {
    // Bytes that an attempt before has kept stay known, or nobody would remove them.
    const { bytes = null, type = null, reason = null, ...rest } = row;
    const set = { ...rest, bytes, type, reason };
    return (await media.update([{ id, where: { state: { not: "removing" } }, set }])) === 1;
  }
}

function toMediaRow({ id, ...row }: Row): MediaRow {
  return { mediaId: id, ...row };
}
