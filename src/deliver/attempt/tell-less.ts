import type { Contact, Contacts, Omission, TemplateName, WaypostEvent } from "../../contracts.ts";
import { omitFrom, omitFromMessage } from "../../event/omit.ts";
import type { Surroundings } from "./surroundings.ts";

type Message = NonNullable<WaypostEvent["data"]["message"]>;

/** What templates may name that is remembered, and not said by the event itself. */
const remembered: ReadonlySet<TemplateName> = new Set([
  "contact",
  "owner",
  "conversation",
  "about",
  "transcript",
]);

/** The surroundings as a destination with `omit` is told of them. Those asked must have the whole event, or they find nobody. */
export function tellLess(all: Surroundings, omit: readonly Omission[]): Surroundings {
  return {
    ...all,
    async scope(event, route, names, transcript) {
      const [found, said] = [
        [...names].filter((name) => remembered.has(name)),
        [...names].filter((name) => !remembered.has(name)),
      ];
      const known = await all.scope(event, route, new Set(found), transcript);
      const told = await all.scope(omitFrom(event, omit), route, new Set(said));
      return { ...told, ...lessOf(known, omit) };
    },
    async concerned(event) {
      const concerned = await all.concerned(event);
      return concerned && omitFrom(concerned, omit);
    },
    files: async (event) => (omit.includes("media") ? [] : all.files(event)),
  };
}

/** The same of the contacts. */
export function tellLessOfContacts(
  contacts: Pick<Contacts, "of">,
  omit: readonly Omission[],
): Pick<Contacts, "of"> {
  return {
    async of(event) {
      const contact = await contacts.of(event);
      if (contact === undefined) return undefined;
      const { name, username, ...rest } = contact;
      const named: Contact = omit.includes("name") ? rest : contact;
      return omit.includes("phone") ? { ...named, phones: [] } : named;
    },
  };
}

function lessOf(
  scope: Readonly<Record<string, unknown>>,
  omit: readonly Omission[],
): Readonly<Record<string, unknown>> {
  const { contact, transcript, ...rest } = scope;
  return {
    ...rest,
    ...("contact" in scope && { contact: lessOfPerson(contact, omit) }),
    ...(Array.isArray(transcript) && {
      transcript: transcript.map((entry) => lessOfEntry(entry, omit)),
    }),
  };
}

function lessOfPerson(contact: unknown, omit: readonly Omission[]): unknown {
  if (typeof contact !== "object" || contact === null) return undefined;
  const { name, username, waId, phone, phones, ...rest } = contact as Record<string, unknown>;
  return {
    ...rest,
    ...(!omit.includes("name") && { name, username }),
    ...(!omit.includes("phone") && { waId, phone, ...(phones !== undefined && { phones }) }),
  };
}

function lessOfEntry(entry: { message: Message; name?: string }, omit: readonly Omission[]) {
  const { name, ...rest } = entry;
  return {
    ...rest,
    message: omitFromMessage(entry.message, omit),
    ...(name !== undefined && !omit.includes("name") && { name }),
  };
}
