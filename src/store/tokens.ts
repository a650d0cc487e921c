import type { RowOf, Tables } from "../contracts/table.ts";
import type { ApiToken, Scope, Tokens } from "../contracts.ts";
import { defineTable, optional, text, texts } from "./table/define-table.ts";

/** By name: who may ask, but the secret. */
export const tokensTable = defineTable({
  name: "tokens",
  fields: {
    sha256: text(),
    scopes: texts(),
    accounts: optional(texts()),
    createdAt: text(),
    createdBy: text(),
    expiresAt: optional(text()),
    lastUsedAt: optional(text()),
  },
  indexes: [{ on: ["sha256"] }],
});

export function createTokens(tables: Pick<Tables, "of">): Tokens {
  const tokens = tables.of(tokensTable);
  return {
    create: async ({ name, ...token }) =>
      (await tokens.insert([{ id: name, ...token }])).length === 0,
    async withSecret(sha256) {
      const [row] = await tokens.find({ where: { sha256 }, limit: 1, as: "lookup" });
      return row && toToken(row);
    },
    list: async () => (await tokens.find({ where: {}, order: ["id"], as: "lookup" })).map(toToken),
    async revoke(name) {
      const [row] = await tokens.get([name]);
      await tokens.remove([name]);
      return row !== undefined;
    },
    used: async (name, at) => {
      await tokens.update([{ id: name, max: { lastUsedAt: at } }]);
    },
  };
}

function toToken({ id, scopes, ...row }: RowOf<typeof tokensTable.fields>): ApiToken {
  return { name: id, scopes: scopes as readonly Scope[], ...row };
}
