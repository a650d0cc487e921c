import { randomBytes } from "node:crypto";
import type { Tables } from "../contracts/table.ts";
import type { Installation } from "../contracts.ts";
import { defineTable, text } from "./table/define-table.ts";

/** By name: values that the installation has made for itself. */
export const installationTable = defineTable({ name: "installation", fields: { value: text() } });

export function createInstallation(tables: Pick<Tables, "of">): Installation {
  const values = tables.of(installationTable);
  return {
    async pseudonymKey() {
      const id = "pseudonymKey";
      const [found] = await values.get([id]);
      if (found !== undefined) return Buffer.from(found.value, "base64url");
      const made = { id, value: randomBytes(32).toString("base64url") };
      // Of several processes that start together the first counts.
      const [other] = await values.insert([made]);
      return Buffer.from((other ?? made).value, "base64url");
    },
    async useSecret(id, at) {
      const row = `secretUsed:${id}`;
      if ((await values.insert([{ id: row, value: at }])).length === 0) return;
      await values.update([{ id: row, max: { value: at } }]);
    },
    secretUsed: async (id) => (await values.get([`secretUsed:${id}`]))[0]?.value,
  };
}
