import type { RowOf, Tables, Where } from "../contracts/table.ts";
import type { Audit, AuditEntry, AuditFilter } from "../contracts.ts";
import { checkPage } from "./log/selection.ts";
import { encodeCursor } from "./table/cursor.ts";
import { date, defineTable, flag, integer, json, optional, text } from "./table/define-table.ts";
import { namingFilter } from "./table/time-limit.ts";

const keptMs = 400 * 86_400_000;

/** Who read what people wrote, and who did what. */
export const auditTable = defineTable({
  name: "audit",
  fields: {
    at: text(),
    who: text(),
    session: optional(flag()),
    action: text(),
    filter: optional(json<AuditFilter>()),
    count: optional(integer()),
    result: text<AuditEntry["result"]>(),
    reason: optional(text()),
    expireAt: date(),
  },
  indexes: [
    { on: ["-at", "-id"] },
    { on: ["who", "-at", "-id"] },
    { on: ["action", "-at", "-id"] },
  ],
  expires: true,
});
type Row = RowOf<typeof auditTable.fields>;

export function createAudit(tables: Pick<Tables, "of">): Audit {
  const entries = tables.of(auditTable);
  return {
    record: async (given) => {
      const last = new Map(given.map((entry) => [entry.id, entry]));
      const rows = [...last.values()].map(({ id, ...entry }) => ({
        id,
        set: { ...entry, expireAt: new Date(Date.parse(entry.at) + keptMs) },
      }));
      if (rows.length > 0) await entries.upsert(rows);
    },
    async list(question, page) {
      const { limit, after } = checkPage(page);
      const { who, action, from, to } = question;
      const at = {
        ...(from !== undefined && { atLeast: from }),
        ...(to !== undefined && { below: to }),
      };
      const where: Where<Row> = {
        ...(who !== undefined && { who }),
        ...(action !== undefined && { action }),
        ...(Object.keys(at).length > 0 && { at }),
      };
      const search = entries.find({
        where,
        order: ["-at", "-id"],
        ...(after && { after: { at: new Date(after.at).toISOString(), id: after.id } }),
        limit: limit + 1,
        as: "list",
      });
      const found = await namingFilter(question, search);
      const items = found.slice(0, limit).map(toEntry);
      const last = found.length > limit ? items.at(-1) : undefined;
      const next = last && encodeCursor({ at: Date.parse(last.at), id: last.id });
      return { items, next: next ?? null };
    },
  };
}

function toEntry({ session, expireAt: _, ...row }: Row): AuditEntry {
  return { ...row, ...(session && { session }) };
}
