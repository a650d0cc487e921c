import {
  type Contacts,
  type DeliveryContact,
  type DeliveryContext,
  DeliveryError,
  type Ledger,
  type Link,
  type RememberOptions,
  type Replying,
  type WaypostEvent,
} from "../../contracts.ts";
import { personEdges } from "../../event/alias-edges.ts";
import { personKeyOf } from "../../event/person.ts";
import { phoneCandidates } from "../../event/phone.ts";
import type { Clock } from "../../support/clock.ts";
import type { Lease } from "../../support/lease.ts";
import type { Log } from "../../support/log.ts";
import { type DestinationSetup, delayedRoute } from "../delivery.ts";
import type { Decider } from "../flows/decide.ts";
import type { Health } from "../health.ts";
import type { OpenRow } from "../lanes/lane.ts";
import { retryWhileHeld } from "../ledger-access.ts";
import { absentFiles, askOnce, noSurroundings, type Surroundings } from "./surroundings.ts";
import { latestAt } from "./waits.ts";

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

export interface ContextParts {
  readonly setup: DestinationSetup;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "of">;
  readonly surroundings?: Surroundings;
  readonly health: Health;
  readonly decider?: Decider;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a destination is told beside the event. */
export async function contextOf(
  parts: ContextParts,
  row: OpenRow,
  event: WaypostEvent,
  contactKeys?: readonly string[],
): Promise<DeliveryContext> {
  const { name, destination } = parts.setup;
  const linkOf = (about: string | readonly string[]) =>
    retryWhileHeld(() => parts.ledger.link(name, about), parts);
  const link =
    destination.links === false ? undefined : await linkOf(aboutOf(event, "conversation"));
  const contactLink = contactKeys && (await linkOf(contactKeys));
  const after = delayedRoute(name, row);
  const { surroundings = noSurroundings } = parts;
  const transcript = parts.setup.transcripts?.get(row.route) ?? parts.setup.config.transcript;
  return {
    destination: name,
    idempotencyKey: [event.id, name, after, row.again]
      .filter((part) => part !== undefined)
      .join(":"),
    ...(after !== undefined && { after }),
    ...(row.again !== undefined && { again: row.again }),
    attempt: row.history.length + 1,
    fence: parts.lease.fence(),
    routes: row.decided ?? [row.route],
    link,
    contactLink,
    contact: askContact(event, parts.contacts),
    ...(transcript !== undefined && { transcript }),
    scope: (names) => {
      const ask = () => surroundings.scope(event, row.route, names, transcript);
      return askOnce("what its templates show", ask)();
    },
    concerned: askOnce("which message it concerns", () => surroundings.concerned(event)),
    files: askOnce("which files it has", async () => {
      const files = await surroundings.files(event);
      return files === "waits" ? absentFiles(event, "the file was not there in time") : files;
    }),
    ...(parts.setup.config.writesToContacts && { replying: replyingOf(parts, row, event) }),
    shadow: false,
    remember: (made, options) => saveLink(parts, event, made, options),
  };
}

function replyingOf(
  { surroundings = noSurroundings, health, decider }: ContextParts,
  row: OpenRow,
  event: WaypostEvent,
): Replying {
  return {
    until: latestAt(decider, row, event),
    standing: (answers) =>
      askOnce("how the conversation stands", () => surroundings.standing(event, answers))(),
    marks: (answers) => askOnce("what it is about", () => surroundings.marks(event, answers))(),
    sentWith: (callback) => askOnce("what was sent", () => surroundings.sentWith(callback))(),
    repeats: () => health.repeated(),
  };
}

export async function saveLink(
  parts: ContextParts,
  event: WaypostEvent,
  link: Link,
  { scope = "conversation", ...options }: RememberOptions = {},
): Promise<void> {
  const { setup, ledger, lease } = parts;
  const save = () => ledger.saveLink(setup.name, aboutOf(event, scope), link, lease.epoch, options);
  if (await retryWhileHeld(save, parts)) return;
  lease.lose("a later holder has written the link");
  lease.check();
}

interface DryParts {
  readonly ledger: Pick<Ledger, "link" | "contactAliases">;
  readonly contacts: Pick<Contacts, "of">;
  readonly surroundings: Surroundings;
  readonly decider: Decider;
}

/** What a destination would be told if the event's turn were now. Reads alone: nothing that it remembers is kept. */
export async function dryContext(
  event: WaypostEvent,
  which: { readonly destination: string; readonly route: string; readonly delayed: boolean },
  { ledger, contacts, surroundings, decider }: DryParts,
): Promise<DeliveryContext> {
  const { destination, route, delayed } = which;
  const about = aboutOf(event, "contact");
  const keys =
    about === event.id
      ? [about]
      : (await ledger.contactAliases([about], personEdges(event)))(about);
  const key = [event.id, destination, ...(delayed ? [route] : [])].join(":");
  return {
    ...{ destination, idempotencyKey: key, attempt: 1, fence: 0, routes: [route], shadow: true },
    ...(delayed && { after: route }),
    link: undefined,
    contactLink: await ledger.link(destination, keys),
    contact: askContact(event, contacts),
    scope: (names) => surroundings.scope(event, route, names),
    concerned: () => surroundings.concerned(event),
    files: async () => [],
    replying: {
      until: latestAt(decider, { route, replay: undefined }, event),
      standing: (answers) => surroundings.standing(event, answers),
      marks: (answers) => surroundings.marks(event, answers),
      sentWith: (callback) => surroundings.sentWith(callback),
      repeats: async () => undefined,
    },
    remember: async () => undefined,
  };
}
