import assert from "node:assert/strict";
import { Readable } from "node:stream";
import {
  type Delivered,
  type DeliveryContact,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  type EventFile,
  type Link,
  type WaypostEvent,
} from "../../src/contracts.ts";
import { aboutOf } from "../../src/deliver/attempt/context.ts";
import { noSurroundings } from "../../src/deliver/attempt/surroundings.ts";

interface Surrounding {
  readonly contact?: Partial<DeliveryContact>;
  readonly concerned?: WaypostEvent;
  readonly files?: readonly EventFile[];
  readonly shadow?: true;
}

/** Delivers one by one, and remembers what a destination wants remembered, as the engine does. */
export interface Delivering {
  deliver(event: WaypostEvent, surrounding?: Surrounding): Promise<Delivered>;
  find(event: WaypostEvent, surrounding?: Surrounding): Promise<Delivered | undefined>;
  /** How it failed. */
  fails(event: WaypostEvent, surrounding?: Surrounding): Promise<DeliveryError>;
  readonly links: Map<string, Link>;
  readonly contactLinks: Map<string, Link>;
}

export function delivering(destination: Destination): Delivering {
  const links = new Map<string, Link>();
  const contactLinks = new Map<string, Link>();
  const contextOf = (event: WaypostEvent, surrounding: Surrounding): DeliveryContext => {
    const { contact, concerned, files = [], shadow = false } = surrounding;
    const person = contact?.id ?? aboutOf(event, "contact");
    const about = aboutOf(event, "conversation");
    const { waId, userId, name } = event.data.contact ?? {};
    const known: DeliveryContact = {
      ...{ id: "ctc_1", tags: [], fields: {}, consent: {}, phoneCandidates: [] },
      phones: waId === undefined ? [] : [waId],
      userIds: userId === undefined ? [] : [userId],
      ...(name !== undefined && { name }),
      ...contact,
    };
    return {
      ...{
        destination: "desk",
        idempotencyKey: `${event.id}:desk`,
        attempt: 1,
        fence: 1,
        routes: [],
      },
      link: links.get(about),
      contactLink: contactLinks.get(person),
      contact: async () => known,
      scope: (names) => noSurroundings.scope(event, "", names),
      concerned: async () => concerned,
      files: async () => files,
      shadow,
      async remember(link, { scope = "conversation" } = {}) {
        if (shadow) return;
        if (scope === "contact") contactLinks.set(person, link);
        else links.set(about, link);
      },
    };
  };
  const keep = (event: WaypostEvent, { link }: Delivered, { shadow }: Surrounding) => {
    if (link && !shadow) links.set(aboutOf(event, "conversation"), link);
  };
  const signal = () => AbortSignal.timeout(5_000);
  const deliver: Delivering["deliver"] = async (event, surrounding = {}) => {
    const context = contextOf(event, surrounding);
    const done = await destination.deliver(event, context, signal());
    keep(event, done, surrounding);
    return done;
  };
  return {
    deliver,
    async find(event, surrounding = {}) {
      const found = await destination.find?.(event, contextOf(event, surrounding), signal());
      if (found) keep(event, found, surrounding);
      return found;
    },
    async fails(event, surrounding) {
      const done = await deliver(event, surrounding).catch((error: unknown) => error);
      assert.ok(done instanceof DeliveryError, `it was delivered, or threw ${String(done)}`);
      return done;
    },
    links,
    contactLinks,
  };
}

/** A kept file of the words in it. */
export function keptFile(name: string, words: string, url?: string): EventFile {
  const bytes = Buffer.from(words);
  return {
    ...{ mediaId: `media_${name}`, name, type: "image/jpeg", bytes: bytes.length, sha256: "00" },
    open: async () => Readable.from([bytes]),
    link: async () => url,
  };
}
