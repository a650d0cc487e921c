import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination, Erasing } from "../../src/contracts.ts";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { addContact as addToFreshdesk } from "./freshdesk/desk.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { contactOf, openCrm } from "./hubspot/open-crm.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { addContact as addToIntercom } from "./intercom/workspace.ts";
import { openDesk as openOrg } from "./salesforce/desk.ts";
import { actingStub } from "./salesforce/stub.ts";
import type { Fault, StubRequest } from "./stub.ts";
import { openDesk as openZendesk } from "./zendesk/desk.ts";

/** Both sides' books with two people in them, of whom one is to be erased. */
interface World {
  readonly destination: Destination;
  readonly person: Erasing;
  /** That were made so far. */
  requests(): readonly Pick<StubRequest, "method">[];
  fail(...faults: Fault[]): void;
  /** All that the vendor has. */
  books(): unknown;
  close(): Promise<unknown>;
}

const parts = { log: createArrayLog() };
const mia = { waId: "15555550123", name: "Mia" };
const ben = { waId: "15555550124", name: "Ben" };
const month = 30 * 86_400_000;
/** Two conversations of hers with a silence between, and one of somebody else. */
const said = () => [
  makeText("one", { contact: mia, at: 0 }),
  makeText("two", { contact: ben, at: 0 }),
  makeText("three", { contact: mia, at: month }),
];
const anything = () => true;

async function freshdeskWith(before: boolean): Promise<World> {
  const { stub, desk } = await startFreshdeskStub({ acts: anything });
  if (before) addToFreshdesk(desk, { name: "Mia Meyer", mobile: "+15555550123" });
  const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: stub.url };
  const destination = freshdesk.create("desk", given, parts);
  const person = await told(destination);
  return {
    ...{ destination, person, requests: () => stub.requests, fail: stub.fail },
    books: () => ({
      contacts: [...desk.contacts.values()].map(({ name, mobile }) => [name, mobile]),
      tickets: [...desk.tickets.values()].map(({ id, deleted }) => [id, deleted]),
    }),
    close: () => Promise.all([destination.close(), stub.close()]),
  };
}

async function intercomWith(before: boolean): Promise<World> {
  const { stub, workspace } = await startIntercomStub({ acts: anything });
  if (before) addToIntercom(workspace, { name: "Mia Meyer", phone: "+15555550123" });
  const given = { token: intercomToken, baseUrl: stub.url };
  const destination = intercom.create("desk", given, parts);
  const person = await told(destination);
  return {
    ...{ destination, person, requests: () => stub.requests, fail: stub.fail },
    books: () => ({
      contacts: [...workspace.contacts.values()].map(({ name }) => name),
      conversations: [...workspace.conversations.keys()],
    }),
    close: () => Promise.all([destination.close(), stub.close()]),
  };
}

/** Mia comes first. */
async function told(destination: Destination): Promise<Erasing> {
  const { deliver, links, contactLinks } = delivering(destination);
  for (const event of said()) await deliver(event);
  const [link] = links.values();
  const [contactLink] = contactLinks.values();
  assert.ok(link && contactLink);
  return { contact: undefined, contactLink, links: [link] };
}

async function hubspotWith(before: boolean): Promise<World> {
  const ticket = { when: ["business.handoff.requested"] };
  const crm = await openCrm({ ticket }, { specification: false, disturbed: "all" });
  if (before) crm.portal.given("contacts", { phone: "+15555550123", email: "m@example.com" });
  const asks = (at: number) => makeEvent({ type: "business.handoff.requested", contact: mia, at });
  for (const event of [...said(), asks(0), asks(month)]) await crm.deliver(event);
  crm.portal.index();
  const contact = contactOf(asks(0));
  assert.ok(contact);
  const contactLink = crm.contactLinks.get(contact.id);
  const link = crm.links.get(asks(0).data.conversationId ?? "");
  assert.ok(link);
  return {
    ...{ destination: crm.destination, person: { contact, contactLink, links: [link] } },
    ...{ requests: () => crm.stub.requests, fail: crm.stub.fail, close: crm.close },
    books: () =>
      [...crm.portal.objects.values()].map(({ type, id, properties }) => {
        const { firstname, whatsapp_id, email } = properties;
        return [type, id, firstname, whatsapp_id, email];
      }),
  };
}

async function salesforceWith(before: boolean): Promise<World> {
  const desk = await openOrg({ case: { when: ["whatsapp.message.*"] } });
  if (before) desk.org.seed("Contact", { LastName: "Meyer", Phone: "+15555550123" });
  for (const event of said()) await desk.tell(event);
  const link = desk.links.get(said()[0]?.data.conversationId ?? "");
  const [contactLink] = desk.contactLinks.values();
  assert.ok(link && contactLink);
  const books = () =>
    ["Contact", "Case", "Task"].map((object) =>
      desk
        .records(object)
        .map(({ Id, LastName, WhatsApp_Id__c }) => [Id, LastName, WhatsApp_Id__c]),
    );
  return {
    ...{ destination: desk.crm, person: { contact: undefined, contactLink, links: [link] } },
    ...{ requests: () => actingStub(desk.under).requests, fail: desk.under.stub.fail, books },
    close: desk.close,
  };
}

async function zendeskWith(before: boolean): Promise<World> {
  const desk = await openZendesk();
  const { books } = desk.stub;
  if (before) books.addUser({ name: "Mia Meyer", phone: "+15555550123" });
  const [one, two, three] = said();
  assert.ok(one && two && three);
  await desk.say(one);
  const hers = desk.contactLink;
  desk.contactLink = undefined;
  await desk.say(two);
  desk.contactLink = hers;
  await desk.say(three);
  const link = desk.links.get(one.data.conversationId ?? "");
  assert.ok(link);
  desk.stub.hit(anything);
  return {
    ...{ destination: desk.destination, close: desk.close },
    person: { contact: undefined, contactLink: hers, links: [link] },
    ...{ requests: () => desk.stub.requests, fail: desk.stub.fail },
    // One that was deleted, and not yet for good, Zendesk deletes itself after 30 days.
    books: () => ({
      tickets: [...books.tickets.values()].flatMap(({ id, status }) =>
        status === "deleted" ? [] : id,
      ),
      users: desk.people().map(({ name }) => name),
    }),
  };
}

const worlds = {
  freshdesk: freshdeskWith,
  intercom: intercomWith,
  hubspot: hubspotWith,
  salesforce: salesforceWith,
  zendesk: zendeskWith,
};

/** Killed before a request has had its effect, or after it and before its answer; then asked again, as by the next process. */
describe("erasing somebody with a kill at any call", () => {
  for (const [kind, open] of Object.entries(worlds)) {
    for (const before of [false, true]) {
      const whom = before ? "who was there before" : "whom Waypost made";
      it(`${kind}: somebody ${whom} ends as without it, and nobody else is touched`, async () => {
        const clean = await open(before);
        const full = JSON.stringify(clean.books());
        const asked = clean.requests().length;
        const results = await erase(clean);
        const calls = clean.requests().length - asked;
        const expected = clean.books();
        assert.notEqual(JSON.stringify(expected), full);
        assert.equal(results.at(-1)?.result, before ? "by hand" : "deleted");
        await clean.close();
        for (let at = 0; at < calls; at += 1) {
          for (const fault of ["reset", "lost"] as const) {
            const world = await open(before);
            world.fail(...Array.from({ length: at }, () => "none" as const), fault);
            await assert.rejects(erase(world), `${fault} at ${at}`);
            await erase(world);
            assert.deepEqual(world.books(), expected, `${fault} at call ${at}`);
            await world.close();
          }
        }
      });
    }
  }
});

async function erase({ destination, person }: World) {
  return (
    (await destination.erase?.(person, AbortSignal.timeout(5_000))) ?? assert.fail("it cannot")
  );
}
