import type { Tables } from "../contracts/table.ts";
import type { Views } from "../contracts.ts";
import { defineTable, flag, text } from "./table/define-table.ts";

/** Saved views of the console. */
export const viewsTable = defineTable({
  name: "views",
  fields: {
    name: text(),
    page: text(),
    filter: text(),
    owner: text(),
    shared: flag(),
    personal: flag(),
    createdAt: text(),
  },
  indexes: [{ on: ["createdAt", "id"] }],
});

export function createViews(tables: Pick<Tables, "of">): Views {
  const views = tables.of(viewsTable);
  return {
    async add(view) {
      await views.insert([view]);
    },
    list: () => views.find({ where: {}, order: ["createdAt", "id"], as: "lookup" }),
    async change(id, to) {
      await views.update([{ id, set: to }]);
    },
    async remove(id) {
      await views.remove([id]);
    },
  };
}
