import {
  type Contacts,
  type DeliveryContact,
  DeliveryError,
  type Ledger,
  type RememberOptions,
  type WaypostEvent,
} from "../../contracts.ts";
import { personEdges } from "../../event/alias-edges.ts";
import { personKeyOf } from "../../event/person.ts";
import { phoneCandidates } from "../../event/phone.ts";
import { retryWhileHeld } from "../retry-while-held.ts";

/** Under what a link is kept: the event's own id where it has no conversation, or is about no single person. */
export function aboutOf(event: WaypostEvent, scope: RememberOptions["scope"]): string {
  const about = scope === "contact" ? personKeyOf(event) : event.data.conversationId;
  return about ?? event.id;
}

/** All under which a link of the event's contact may stand, that of `aboutOf` first. */
export async function contactKeysOf(
  event: WaypostEvent,
  parts: { readonly ledger: Ledger } & Parameters<typeof retryWhileHeld>[1],
): Promise<readonly string[]> {
  const key = aboutOf(event, "contact");
  if (key === event.id) return [key];
  // The event may be ahead of the store.
  const ask = () => parts.ledger.contactAliases([key], personEdges(event));
  return (await retryWhileHeld(ask, parts))(key);
}

/** Asks at the first call. */
export function askContact(
  event: WaypostEvent,
  contacts: Pick<Contacts, "of">,
): () => Promise<DeliveryContact | undefined> {
  let asked: Promise<DeliveryContact | undefined> | undefined;
  return () => {
    asked ??= contactFor(event, contacts);
    return asked;
  };
}

async function contactFor(
  event: WaypostEvent,
  contacts: Pick<Contacts, "of">,
): Promise<DeliveryContact | undefined> {
  try {
    const contact = await contacts.of(event);
    if (contact === undefined) return undefined;
    const all = contact.phones.flatMap(phoneCandidates);
    return { ...contact, phoneCandidates: [...new Set([...contact.phones, ...all])] };
  } catch (error) {
    throw new DeliveryError("outage", "the store does not say who the contact is", {
      cause: error,
      maybeDone: false,
    });
  }
}
