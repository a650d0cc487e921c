import type { Tables } from "../../contracts/table.ts";
import type { WaypostEvent } from "../../contracts.ts";
import { readAccounts } from "../accounts.ts";
import { resolveAliases } from "../contacts/aliases.ts";
import { keysOfContact } from "../contacts/contact-person.ts";
import { findContact } from "../contacts/find-contact.ts";
import type { Position } from "../table/cursor.ts";
import type { Selection, Sources } from "./reader.ts";
import type { CheckedFilter, CheckedPage } from "./selection.ts";
import { queryWords } from "./words.ts";

/** What is kept in tables beside the log. */
type Beside = Pick<Sources, "accounts" | "contactKeys">;
export type EventReader = Pick<Sources, "events" | "places" | "aliases" | "conversationsById">;
export type EventSources = EventReader & Beside;

export function beside(tables: Pick<Tables, "of">): Beside {
  return {
    accounts: async () => [...(await readAccounts(tables)).keys()],
    contactKeys: (id) => keysOfContact(tables, id),
  };
}

/** The events of a filter, with all its joins done. */
export async function eventsOf(
  reader: EventSources,
  filter: CheckedFilter,
  page: CheckedPage,
): Promise<WaypostEvent[]> {
  const selection = await select(reader, filter);
  return selection === "nothing" ? [] : reader.events(selection, page);
}

/** Where they stand, and of one event whether it is among them. */
export async function placesOf(
  reader: EventSources,
  { id, ...filter }: CheckedFilter & Pick<Selection, "id">,
  page: CheckedPage,
): Promise<Position[]> {
  const selection = await select(reader, filter);
  if (selection === "nothing") return [];
  return reader.places({ ...selection, ...(id !== undefined && { id }) }, page);
}

async function select(reader: EventSources, filter: CheckedFilter): Promise<Selection | "nothing"> {
  const { conversation, contact, messageId, text: query, ...plain } = filter;
  const words = query === undefined || query.trim() === "" ? undefined : queryWords(query);
  if ([words, filter.types, filter.accounts].some((each) => each?.length === 0)) return "nothing";
  const load = (ids: readonly string[]) => reader.aliases(ids);
  return {
    ...plain,
    ...(words && { words }),
    ...(messageId !== undefined && { messageIds: [messageId] }),
    ...(conversation !== undefined && {
      conversationIds: (await resolveAliases([conversation], load))(conversation),
    }),
    ...(contact !== undefined && { contact: await findContact(reader, contact) }),
  };
}
