import assert from "node:assert/strict";
import {
  type Delivered,
  type DeliveryContact,
  type DeliveryContext,
  DeliveryError,
  type Destination,
  type EventFile,
  type Link,
  type WaypostEvent,
} from "../../../src/contracts.ts";
import { noSurroundings } from "../../../src/deliver/attempt/surroundings.ts";
import { createSalesforce } from "../../../src/destinations/salesforce/salesforce.ts";
import { phoneCandidates } from "../../../src/event/phone.ts";
import type { OrgRecord } from "./org.ts";
import { clientId, clientSecret, type SalesforceStub, startSalesforceStub } from "./stub.ts";

export const eventIdField = "Waypost_Event_Id__c";

/** A destination with what the engine remembers for it, one event at a time. */
export interface Desk {
  readonly under: SalesforceStub;
  readonly org: SalesforceStub["org"];
  readonly crm: Destination;
  readonly links: Map<string, Link>;
  readonly contactLinks: Map<string, Link>;
  /** Told by the events, one entry for each person. */
  readonly people: DeliveryContact[];
  readonly concerned: Map<string, WaypostEvent>;
  readonly files: Map<string, readonly EventFile[]>;
  transcript: readonly object[];
  shadow: boolean;
  attempt(event: WaypostEvent): Promise<Delivered | DeliveryError>;
  /** It must be delivered. */
  tell(event: WaypostEvent): Promise<Delivered>;
  find(event: WaypostEvent): Promise<Delivered | undefined>;
  records(object: string): OrgRecord[];
  /** There must be one. */
  first(object: string): OrgRecord;
  /** Milliseconds of the clock by which a destination waits. */
  passed: number;
  close(): Promise<void>;
}

export async function openDesk(options: object = {}): Promise<Desk> {
  const under = await startSalesforceStub();
  const clock = { now: Date.now, monotonic: (): number => desk.passed };
  const given = { loginUrl: under.stub.url, clientId, clientSecret, eventId: eventIdField };
  const crm = createSalesforce("crm", { ...given, ...options }, clock);
  const desk: Desk = {
    passed: 0,
    ...{ under, org: under.org, crm, links: new Map(), contactLinks: new Map(), people: [] },
    ...{ concerned: new Map(), files: new Map(), transcript: [], shadow: false },
    async attempt(event) {
      try {
        const context = contextOf(desk, event);
        const delivered = await crm.deliver(event, context, AbortSignal.timeout(5_000));
        keep(desk, event, delivered);
        return delivered;
      } catch (error) {
        assert.ok(error instanceof DeliveryError, String(error));
        return error;
      }
    },
    async tell(event) {
      const outcome = await desk.attempt(event);
      assert.ok(!(outcome instanceof DeliveryError), String(outcome));
      return outcome;
    },
    async find(event) {
      const context = contextOf(desk, event);
      const found = await crm.find?.(event, context, AbortSignal.timeout(5_000));
      if (found) keep(desk, event, found);
      return found;
    },
    records: (object) => under.org.all(object),
    first: (object) => under.org.all(object)[0] ?? assert.fail(`there is no ${object}`),
    async close() {
      await crm.close();
      await under.stub.close();
    },
  };
  return desk;
}

function keep({ links, shadow }: Desk, { data }: WaypostEvent, { link }: Delivered): void {
  if (link && !shadow) links.set(data.conversationId ?? "", link);
}

/** As the engine knows people: by any id that they have in common. */
function personOf({ people }: Desk, { data }: WaypostEvent): DeliveryContact {
  const { waId, userId, name, username } = data.contact ?? {};
  const at = people.findIndex(
    ({ phones, userIds }) =>
      (waId !== undefined && phones.includes(waId)) ||
      (userId !== undefined && userIds.includes(userId)),
  );
  const known = people[at];
  const together = (has: readonly string[] = [], told?: string) =>
    told === undefined || has.includes(told) ? has : [...has, told];
  const phones = together(known?.phones, waId);
  const person: DeliveryContact = {
    id: known?.id ?? `ctc_${people.length}`,
    userIds: together(known?.userIds, userId),
    phones,
    phoneCandidates: phones.flatMap(phoneCandidates),
    ...((name ?? known?.name) !== undefined && { name: name ?? known?.name ?? "" }),
    ...(username !== undefined && { username }),
    ...{ tags: [], fields: {}, consent: {} },
  };
  if (at < 0) people.push(person);
  else people[at] = person;
  return person;
}

function contextOf(desk: Desk, event: WaypostEvent): DeliveryContext {
  const person = personOf(desk, event);
  const { links, contactLinks, concerned, files, shadow } = desk;
  return {
    ...{
      destination: "crm",
      idempotencyKey: `${event.id}:crm`,
      attempt: 1,
      fence: 1,
      routes: [],
      shadow,
    },
    link: links.get(event.data.conversationId ?? ""),
    contactLink: contactLinks.get(person.id),
    contact: async () => person,
    concerned: async () => concerned.get(event.id),
    files: async () => files.get(event.id) ?? [],
    async scope(names) {
      const told = await noSurroundings.scope(event, "", names);
      const contact = { ...person, phone: person.phones[0] };
      return { ...told, ...(names.has("contact") && { contact }), transcript: desk.transcript };
    },
    async remember(link, { scope } = {}) {
      if (shadow) return;
      if (scope === "contact") contactLinks.set(person.id, link);
      else links.set(event.data.conversationId ?? "", link);
    },
  };
}
