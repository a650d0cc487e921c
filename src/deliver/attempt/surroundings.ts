import {
  type Contact,
  type Contacts,
  DeliveryError,
  type EventFile,
  type Omission,
  type ReplyMarks,
  type Standing,
  type TemplateName,
  type WaypostEvent,
} from "../../contracts.ts";
import { mediaOf } from "../../event/media-of.ts";
import { omitFrom, omitFromMessage } from "../../event/omit.ts";

/** What a destination may ask beside its event. Whatever these reject with, nothing was delivered. */
export interface Surroundings {
  /** `route`: the one that held; its `match` is among what templates may name. */
  scope(
    event: WaypostEvent,
    route: string,
    names: ReadonlySet<TemplateName>,
    /** So many messages of it; 20 unless told. */
    transcript?: number,
  ): Promise<Readonly<Record<string, unknown>>>;
  concerned(event: WaypostEvent): Promise<WaypostEvent | undefined>;
  /** "waits": one of them may still come. */
  files(event: WaypostEvent): Promise<readonly EventFile[] | "waits">;
  /** `answers`: the event that a reply answers, where it is another one. */
  standing(event: WaypostEvent, answers?: string): Promise<Standing>;
  /** What a reply bears of what it answers. */
  marks(event: WaypostEvent, answers?: string): Promise<ReplyMarks>;
  /** As `SentMessages`. */
  sentWith(callback: string): Promise<string | undefined>;
  /** Whether the log has it. */
  has(eventId: string): Promise<boolean>;
}

/** Where nothing is remembered: the event alone. */
export const noSurroundings: Surroundings = {
  scope: async (event, _route, names) => {
    const { message, contact, account, business } = event.data;
    const told: Partial<Record<TemplateName, unknown>> = {
      ...{ event, message, contact, account, business },
    };
    return Object.fromEntries([...names].map((name) => [name, told[name]]));
  },
  concerned: async () => undefined,
  files: async (event) => absentFiles(event, "files are not fetched: META_ACCESS_TOKEN is not set"),
  standing: async (event, answers = event.id) => {
    const answered = answers === event.id ? event : undefined;
    const nobody = { windowUntil: undefined, heldBy: undefined, stopped: false };
    return { answered, origin: answered, ...nobody };
  },
  marks: async () => ({}),
  sentWith: async () => undefined,
  has: async () => true,
};

/** Each file of the event, with the sentence why it cannot be had. */
export function absentFiles(event: WaypostEvent, absent: string): EventFile[] {
  return mediaOf(event).map(({ id, name }) => ({ mediaId: id, name, absent }));
}

/** Asks at the first call; a failure says that nothing was done. */
export function askOnce<T>(what: string, ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      if (error instanceof DeliveryError) throw error;
      throw new DeliveryError("outage", `the store does not say ${what}`, { cause: error });
    });
    return asked;
  };
}

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
