import { contactKey } from "../event/contact-keys.ts";
import { conversationIdOf } from "../event/conversation.ts";
import { resolveAliases } from "./aliases.ts";
import type { Sources } from "./reader.ts";

/** The conversations of a person with each of the business's numbers, and the ids that are theirs alone. */
export async function findContact(reader: Sources, contact: string) {
  const key = contactKey(contact);
  const party = /[A-Za-z]/.test(key) ? { userId: key } : { phone: key };
  const accounts = await reader.accounts();
  const own = accounts.flatMap((account) => conversationIdOf(account, party) ?? []);
  const aliases = await resolveAliases(own, (ids) => reader.aliases(ids));
  const conversationIds = [...new Set(own.flatMap(aliases))];
  const rows = await reader.conversationsById(conversationIds);
  const keys = new Set([key, ...rows.flatMap((row) => row.identity ?? [])]);
  return { conversationIds, keys: [...keys] };
}
