import type { Tables } from "../../src/contracts/table.ts";
import type { Contacts, WaypostEvent } from "../../src/contracts.ts";
import { type AliasEdge, aliasEdges } from "../../src/event/alias-edges.ts";
import { resolveAliases } from "../../src/store/contacts/aliases.ts";
import { createContactLearner } from "../../src/store/contacts/contact-learner.ts";
import { createContacts } from "../../src/store/contacts/contacts.ts";
import { eventContact } from "../../src/store/contacts/event-contact.ts";
import { payloadTime } from "../../src/store/log/projection.ts";
import { createMemoryTables } from "./memory-tables.ts";

export interface MemoryContacts extends Contacts {
  /** As the log does with each batch. */
  learn(events: readonly WaypostEvent[]): Promise<void>;
}

/** Contacts as the stores have them, in memory. */
export function createMemoryContacts(
  tables: Tables = createMemoryTables(),
  learner = createContactLearner(),
): MemoryContacts {
  const edges: AliasEdge[] = [];
  return {
    ...createContacts(tables, {
      learner,
      aliases: (ids, learnt) => resolveAliases(ids, async () => edges, learnt),
    }),
    async learn(events) {
      edges.push(...events.flatMap(aliasEdges));
      const contacts = events.map((event) => eventContact(event, payloadTime(event)));
      (await learner.learn(tables, contacts))();
    },
  };
}
