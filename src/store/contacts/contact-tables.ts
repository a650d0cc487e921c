import type { RowOf } from "../../contracts/table.ts";
import type { AliasEdge } from "../../event/alias-edges.ts";
import { defineTable, flag, integer, json, optional, text, texts } from "../table/define-table.ts";
import type { Note } from "./contact-notes.ts";

/**
 * By `personKey`: what is known of a person under one of their ids. A person has a row for some of their ids, and is
 * read from all of them. Kept for ever: not as long as the log.
 */
export const contactsTable = defineTable({
  name: "contacts",
  fields: {
    /** `ctc_…`. */
    contactId: text(),
    /** Of the contact id: the oldest names the person. */
    madeAt: text(),
    /** Every contact id by which this row is found. */
    ids: texts(),
    /** Time of 24 characters, space, value: the latest wins. */
    name: optional(text()),
    username: optional(text()),
    /** `receivedAt` in 24 characters, space, event id: the smallest wins. */
    first: optional(text()),
    notes: json<readonly Note[]>(),
    /** Grows with every change of the fields that are not simply the largest or smallest. */
    revision: integer(),
    /** Of a phone: what was noted here stands under the person's BSUID, or next phone. */
    moved: optional(flag()),
  },
  indexes: [{ on: ["ids"] }],
});
export type ContactRow = RowOf<typeof contactsTable.fields>;

/** Who is who over all our numbers. Kept for ever, as the contacts are. */
export const contactAliasesTable = defineTable({
  name: "contactAliases",
  fields: {
    kind: text<AliasEdge["kind"]>(),
    from: text(),
    to: text(),
    /** The first time it was told. */
    at: text(),
  },
  // Not one list of both: in SQLite a list costs a table and its triggers, at the first event of everybody.
  indexes: [{ on: ["from"] }, { on: ["to"] }],
});

/** By conversation id: what it is about. */
export const topicsTable = defineTable({
  name: "topics",
  fields: {
    /** Absent: nothing, until it is set again. */
    topic: optional(text()),
    setAt: text(),
    /** The largest that has set or ended it. */
    fence: optional(integer()),
    /** Grows with every change. */
    revision: optional(integer()),
    /** The last events that ended it, oldest first, each with the topic that it ended, if there was one. */
    ends: optional(json<readonly TopicEnd[]>()),
  },
});

export type TopicRow = RowOf<typeof topicsTable.fields>;

export interface TopicEnd {
  readonly by: string;
  readonly topic?: string;
}

export const contactSpecs = [contactsTable, contactAliasesTable, topicsTable];
