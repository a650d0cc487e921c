import assert from "node:assert/strict";
import {
  type Delivered,
  type DeliveryContact,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  type Link,
  type WaypostEvent,
} from "../../../src/contracts.ts";
import { createZendesk } from "../../../src/destinations/zendesk/zendesk.ts";
import { phoneCandidates } from "../../../src/event/phone.ts";
import { contextOf } from "../../conformance/destination.ts";
import { createFakeClock, type FakeClock } from "../../deliver/fake-clock.ts";
import { makeEvent, makeText, type Parts } from "../../store/make-events.ts";
import type { StubTicket, StubUser } from "./books.ts";
import { clientId, clientSecret, startZendeskStub, type ZendeskStub } from "./stub.ts";

export const day = 86_400_000;

export interface Desk {
  readonly stub: ZendeskStub;
  readonly clock: FakeClock;
  readonly destination: Destination;
  /** What is remembered, by conversation, and of the one contact. */
  readonly links: Map<string, Link>;
  contactLink: Link | undefined;
  /** What the store knows of the contact; undefined: what the event says. */
  contact: Partial<DeliveryContact> | undefined;
  /** Of each event's context, over what it would be. */
  surroundings: (event: WaypostEvent) => Partial<DeliveryContext>;
  /** A text at the clock's time. */
  text(body: string, parts?: Parts): WaypostEvent;
  /** What happened, without a message. */
  event(type: string, data: object): WaypostEvent;
  /** Alone; the outcome. */
  try(event: WaypostEvent): Promise<Delivered | DeliveryError>;
  /** Alone; must be delivered. */
  say(event: WaypostEvent): Promise<Delivered>;
  /** Together, as often as it takes. Answers how many calls that were. */
  sayAll(...events: readonly WaypostEvent[]): Promise<number>;
  tickets(): StubTicket[];
  /** End users. */
  people(): StubUser[];
  /** As it would be after a restart, or another configuration. */
  again(options?: object): Desk;
  close(): Promise<void>;
}

export async function openDesk(options: object = {}): Promise<Desk> {
  const clock = createFakeClock();
  const stub = await startZendeskStub({ clock, perMinute: 100_000 });
  return deskOf(stub, clock, options);
}

function deskOf(stub: ZendeskStub, clock: FakeClock, options: object): Desk {
  const given = { baseUrl: stub.url, clientId, clientSecret, ...options };
  const destination = createZendesk("support", given, clock);
  const contextFor = (event: WaypostEvent): DeliveryContext => {
    const about = event.data.conversationId ?? event.id;
    return {
      ...contextOf(event, desk.links.get(about)),
      contactLink: desk.contactLink,
      contact: async () => desk.contact && contactOf(desk.contact),
      async remember(link, told) {
        if (told?.scope === "contact") desk.contactLink = link;
        else desk.links.set(about, link);
      },
      ...desk.surroundings(event),
    };
  };
  const keep = (event: WaypostEvent, { link }: Delivered) => {
    if (link) desk.links.set(event.data.conversationId ?? event.id, link);
  };
  const desk: Desk = {
    ...{ stub, clock, destination, links: new Map(), contactLink: undefined, contact: undefined },
    surroundings: () => ({}),
    text: (body, parts) => {
      const at = new Date(clock.now()).toISOString();
      return { ...makeText(body, { receivedAt: at, ...parts }), time: at };
    },
    event: (type, data) => {
      const at = new Date(clock.now()).toISOString();
      return { ...makeEvent({ type, receivedAt: at, data }), time: at };
    },
    async try(event) {
      try {
        const signal = AbortSignal.timeout(10_000);
        const delivered = await destination.deliver(event, contextFor(event), signal);
        keep(event, delivered);
        return delivered;
      } catch (error) {
        assert.ok(error instanceof DeliveryError, String(error));
        return error;
      }
    },
    async say(event) {
      const outcome = await desk.try(event);
      assert.ok(!(outcome instanceof DeliveryError), String(outcome));
      return outcome;
    },
    async sayAll(...events) {
      let left = events;
      for (let calls = 1; ; calls += 1) {
        const items = left.map((event) => ({ event, context: contextFor(event) }));
        const signal = AbortSignal.timeout(10_000);
        const outcomes = (await destination.deliverBatch?.(items, signal)) ?? [];
        outcomes.forEach((outcome, at) => {
          const event = left[at];
          if (outcome instanceof DeliveryError) assert.ok(outcome.laneOnly, outcome.message);
          else if (event) keep(event, outcome);
        });
        const next = left.filter((_, at) => outcomes[at] instanceof DeliveryError);
        if (next.length === 0) return calls;
        assert.ok(next.length < left.length, "it goes on");
        left = next;
      }
    },
    tickets: () => [...stub.books.tickets.values()],
    people: () => [...stub.books.users.values()].filter(({ role }) => role === "end-user"),
    again(changed = {}) {
      const next = deskOf(stub, clock, { ...options, ...changed });
      for (const [about, link] of desk.links) next.links.set(about, link);
      next.contactLink = desk.contactLink;
      next.contact = desk.contact;
      return next;
    },
    async close() {
      await destination.close();
      await stub.close();
    },
  };
  return desk;
}

function contactOf(given: Partial<DeliveryContact>): DeliveryContact {
  const contact = {
    id: "ctc_1",
    userIds: [],
    phones: [],
    tags: [],
    fields: {},
    consent: {},
    ...given,
  };
  return { phoneCandidates: contact.phones.flatMap(phoneCandidates), ...contact };
}
