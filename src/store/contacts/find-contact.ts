import { contactKey } from "../../event/contact-keys.ts";
import { conversationIdOf } from "../../event/conversation.ts";
import type { Sources } from "../log/reader.ts";
import { resolveAliases } from "./aliases.ts";

/** The conversations of a person, known by `ctc_…`, BSUID or phone, with each of the business's numbers, and the ids that are theirs alone. */
export async function findContact(
  reader: Pick<Sources, "accounts" | "aliases" | "contactKeys" | "conversationsById">,
  contact: string,
) {
  const ofPerson = contact.startsWith("ctc_") ? await reader.contactKeys(contact) : [];
  const asked = ofPerson.length > 0 ? ofPerson : [contactKey(contact)];
  const parties = asked.map((key) => (/[A-Za-z]/.test(key) ? { userId: key } : { phone: key }));
  const accounts = await reader.accounts();
  const own = accounts.flatMap((account) =>
    parties.flatMap((party) => conversationIdOf(account, party) ?? []),
  );
  const aliases = await resolveAliases(own, (ids) => reader.aliases(ids));
  const conversationIds = [...new Set(own.flatMap(aliases))];
  const rows = await reader.conversationsById(conversationIds);
  const keys = new Set([...asked, ...rows.flatMap((row) => row.identity ?? [])]);
  return { conversationIds, keys: [...keys] };
}
