import type { RowOf, Table, Tables } from "../../src/contracts/table.ts";
import {
  bytes,
  date,
  defineTable,
  flag,
  integer,
  json,
  optional,
  text,
  texts,
} from "../../src/store/table/define-table.ts";

/** One field of every kind. `order` and `group` are words of SQL. */
export const things = defineTable({
  name: "things",
  fields: {
    group: text(),
    order: integer(),
    epoch: optional(integer()),
    at: optional(date()),
    note: optional(text()),
    open: optional(flag()),
    keys: optional(texts()),
    tags: optional(texts()),
    facts: optional(json<unknown>()),
    data: optional(bytes()),
    expireAt: optional(date()),
  },
  indexes: [
    { on: ["id", "epoch"], unique: true },
    { on: ["group", "order"], where: "open" },
    { on: ["group", "keys", "order"], where: "open" },
    { on: ["group", "-order", "id"] },
  ],
  expires: true,
});
export type Thing = RowOf<typeof things.fields>;

export interface Context {
  readonly tables: Tables;
  readonly table: Table<Thing>;
  sleepUntil(at: Date): void;
}
