import type { Tables } from "../contracts/table.ts";
import type { Sessions } from "../contracts.ts";
import { date, defineTable, flag, optional, text } from "./table/define-table.ts";

/** By the SHA-256 of their secrets: sessions of the console, and codes that begin one. */
export const sessionsTable = defineTable({
  name: "sessions",
  fields: {
    kind: text<"session" | "code">(),
    token: text(),
    revealed: optional(flag()),
    /** Of a code. */
    redeemed: optional(flag()),
    expireAt: date(),
  },
  expires: true,
});

export function createSessions(tables: Pick<Tables, "of">): Sessions {
  const sessions = tables.of(sessionsTable);
  return {
    begin: async ({ sha256: id, token, revealed, expiresAt }) => {
      const expireAt = new Date(expiresAt);
      await sessions.insert([{ id, kind: "session", token, revealed, expireAt }]);
    },
    async find(id) {
      const [row] = await sessions.get([id]);
      if (row?.kind !== "session") return undefined;
      const { token, revealed = false, expireAt } = row;
      return { sha256: id, token, revealed, expiresAt: expireAt.toISOString() };
    },
    end: (id) => sessions.remove([id]),
    offer: async ({ sha256: id, token, expiresAt }) => {
      await sessions.insert([{ id, kind: "code", token, expireAt: new Date(expiresAt) }]);
    },
    async redeem(id) {
      const unused = { kind: "code" as const, redeemed: { absent: true } };
      const row = await sessions.advance(id, unused, { set: { redeemed: true } });
      return row && { sha256: id, token: row.token, expiresAt: row.expireAt.toISOString() };
    },
  };
}
