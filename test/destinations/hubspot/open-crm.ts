import assert from "node:assert/strict";
import {
  type Delivered,
  type DeliveryContact,
  type DeliveryContext,
  DeliveryError,
  type Link,
  type WaypostEvent,
} from "../../../src/contracts.ts";
import { createHubspot } from "../../../src/destinations/hubspot/hubspot.ts";
import { parseHubspotOptions } from "../../../src/destinations/hubspot/options.ts";
import { phoneCandidates } from "../../../src/event/phone.ts";
import { contextOf } from "../../conformance/destination.ts";
import { hurriedClock } from "./hurried-clock.ts";
import { hubspotToken, startHubspotStub } from "./stub.ts";

export type Given = Partial<DeliveryContext>;

/** A destination before a HubSpot with a state, and what the ledger would remember for it. */
export async function openCrm(
  options: Readonly<Record<string, unknown>> = {},
  stubOptions: Parameters<typeof startHubspotStub>[0] = {},
) {
  const hub = await startHubspotStub(stubOptions);
  const given = { token: hubspotToken, baseUrl: hub.stub.url, ...options };
  const parsed = await Promise.resolve()
    .then(() => parseHubspotOptions("crm", given))
    .catch(async (error: unknown) => {
      await hub.stub.close();
      throw error;
    });
  const destination = createHubspot(parsed, hurriedClock);
  const links = new Map<string, Link>();
  const contactLinks = new Map<string, Link>();
  const contextFor = (event: WaypostEvent, more: Given, person = contactOf(event)) => {
    const conversation = event.data.conversationId ?? event.id;
    const key = person?.id ?? event.id;
    const context: DeliveryContext = {
      ...contextOf(event, links.get(conversation)),
      contactLink: contactLinks.get(key),
      contact: async () => person,
      async remember(link, { scope = "conversation" } = {}) {
        if (more.shadow) return;
        if (scope === "contact") contactLinks.set(key, link);
        else links.set(conversation, link);
      },
      ...more,
    };
    return { context, conversation };
  };
  /** As the engine does, once. */
  const attempt = async (event: WaypostEvent, more: Given = {}, person?: DeliveryContact) => {
    const { context, conversation } = contextFor(event, more, person);
    const delivered = await destination.deliver(event, context, AbortSignal.timeout(10_000));
    if (delivered.link && !context.shadow) links.set(conversation, delivered.link);
    return delivered;
  };
  return {
    ...{ ...hub, hub, destination, links, contactLinks, attempt },
    /** How it failed. */
    async failure(event: WaypostEvent, more: Given = {}): Promise<DeliveryError> {
      const outcome = await attempt(event, more).catch((error: unknown) => error);
      assert.ok(outcome instanceof DeliveryError, `${String(outcome)} is no failure`);
      return outcome;
    },
    async deliver(
      event: WaypostEvent,
      more: Given = {},
      person?: DeliveryContact,
    ): Promise<Delivered> {
      return attempt(event, more, person);
    },
    contacts: () => hub.portal.all("contacts").map(({ properties }) => properties),
    messages: () => hub.portal.all("communications").map(bodyOf),
    notes: () => hub.portal.all("notes").map(bodyOf),
    bodies: () => hub.portal.all("communications").map(({ properties }) => properties),
    async close() {
      await destination.close();
      await hub.stub.close();
    },
  };
}

export type OpenCrm = Awaited<ReturnType<typeof openCrm>>;

const bodyOf = ({ properties }: { readonly properties: Record<string, string> }) =>
  properties["hs_communication_body"] ?? properties["hs_note_body"] ?? "";

/** Who the store would say it is. */
export function contactOf({ data }: WaypostEvent): DeliveryContact | undefined {
  const { waId, userId, name } = data.contact ?? {};
  if (waId === undefined && userId === undefined) return undefined;
  return contact({
    ...(waId !== undefined && { phones: [waId] }),
    ...(userId !== undefined && { userIds: [userId] }),
    ...(name !== undefined && { name }),
  });
}

export function contact(known: Partial<DeliveryContact>): DeliveryContact {
  const { phones = [], userIds = [] } = known;
  return {
    ...{ id: `ctc_${phones[0] ?? userIds[0]}`, phones, userIds, tags: [], fields: {}, consent: {} },
    phoneCandidates: phones.flatMap(phoneCandidates),
    ...known,
  };
}
