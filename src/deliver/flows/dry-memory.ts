import type { Contact, ContactChange, WaypostEvent } from "../../contracts.ts";
import { contactKeys } from "../../event/contact-keys.ts";
import { personKeyOf } from "../../event/person.ts";
import type { FlowMemory } from "./circumstances.ts";

/** What would have been written. */
export type DryChange = ContactChange | { readonly topic: string | undefined };

/**
 * The same memory for one event, which is taken as stored: reads are real, and what would be written goes to `onChange` instead. So
 * what decides and acts can be asked what it would do.
 */
export function dryMemory(
  memory: FlowMemory,
  event: WaypostEvent,
  onChange: (change: DryChange) => void,
): FlowMemory {
  const { query, contacts, ledger } = memory;
  return {
    query: {
      event: async (id) => (id === event.id ? event : query.event(id)),
      sentWith: query.sentWith.bind(query),
      events: query.events.bind(query),
      message: query.message.bind(query),
      conversation: query.conversation.bind(query),
    },
    contacts: {
      of: async () => {
        if (personKeyOf(event) === undefined) return undefined;
        for (const key of contactKeys(event)) {
          const found = await contacts.find(key);
          if (found !== undefined) return found;
        }
        return newContact(event);
      },
      find: contacts.find.bind(contacts),
      topic: contacts.topic.bind(contacts),
      change: async (_id, { fence: _, ...change }) => {
        onChange(change);
        return undefined;
      },
      setTopic: async (_conversationId, topic) => onChange({ topic }),
    },
    ledger: {
      aliases: ledger.aliases.bind(ledger),
      claims: ledger.claims.bind(ledger),
      delivery: ledger.delivery.bind(ledger),
      claim: async () => true,
    },
  };
}

/** As the event would make it. */
function newContact({ id, type, data }: WaypostEvent): Contact {
  const { userId, waId, name, username } = data.contact ?? {};
  const inbound = type.startsWith("whatsapp.message.");
  return {
    id: "ctc_new",
    userIds: userId === undefined ? [] : [userId],
    phones: waId === undefined ? [] : [waId],
    ...(name !== undefined && { name }),
    ...(username !== undefined && { username }),
    tags: [],
    fields: {},
    consent: {},
    ...(inbound && { first: { at: data.receivedAt, eventId: id } }),
  };
}
