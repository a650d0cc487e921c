import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Destination, Erased, Link } from "../../src/contracts.ts";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { createShopify } from "../../src/destinations/shopify/shopify.ts";
import { phoneCandidates } from "../../src/event/phone.ts";
import { contextOf } from "../conformance/destination.ts";
import { makeEvent, makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { addContact as addFreshdeskContact } from "./freshdesk/desk.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { openCrm } from "./hubspot/open-crm.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { addContact as addIntercomContact } from "./intercom/workspace.ts";
import { openDesk as openSalesforce } from "./salesforce/desk.ts";
import { startShopifyStub } from "./shopify/stub.ts";
import { addCustomer } from "./shopify/world.ts";
import type { Stub } from "./stub.ts";
import { openDesk as openZendesk } from "./zendesk/desk.ts";

const mia = { waId: "15555550123", name: "Mia" };
const ben = { waId: "4915550000001", name: "Ben" };
/** So long a silence, in seconds, begins a new ticket or conversation. */
const month = 30 * 86_400;
const handoff = (contact: object) => makeEvent({ type: "business.handoff.requested", contact });

/** The connection breaks before the call has its effect, or after it. */
type Cut = "reset" | "lost";

/** A vendor that knows two people through Waypost; Mia is to be erased. */
interface World {
  readonly stub: Stub;
  readonly destination: Destination;
  readonly contactLink: Link | undefined;
  readonly links: readonly Link[];
  /** Cuts the call short that comes after `at` others; as the stub does unless told. */
  readonly cut?: (at: number, fault: Cut) => void;
  /** All that the vendor has, without times. */
  books(): unknown;
  close(): Promise<unknown>;
}
/** `known`: the vendor had Mia before Waypost came. */
type OpenWorld = (known: boolean) => Promise<World>;

const worlds: Readonly<Record<string, OpenWorld>> = {
  async hubspot(known) {
    const ticket = { when: ["business.handoff.requested"] };
    const crm = await openCrm({ ticket }, { disturbed: "all" });
    if (known) crm.portal.given("contacts", { phone: `+${mia.waId}` });
    for (const event of [makeText("hello", { contact: mia }), handoff(mia)]) {
      await crm.deliver(event);
    }
    const [contactLink] = crm.contactLinks.values();
    const links = [...crm.links.values()];
    await crm.deliver(makeText("hello", { contact: ben }));
    crm.portal.index();
    const books = () =>
      [...crm.portal.objects.values()].map(({ type, id, properties }) => {
        const { hs_timestamp, waypost_id, ...lasting } = properties;
        return { type, id, lasting };
      });
    return { ...crm, stub: crm.hub.stub, contactLink, links, books };
  },
  async salesforce(known) {
    const desk = await openSalesforce({ case: { when: ["business.handoff.requested"] } });
    if (known) desk.org.seed("Contact", { LastName: "Berg", Phone: `+${mia.waId}` });
    for (const event of [makeText("hello", { contact: mia }), handoff(mia)]) await desk.tell(event);
    const [contactLink] = desk.contactLinks.values();
    const links = [...desk.links.values()];
    await desk.tell(makeText("hello", { contact: ben }));
    const books = () =>
      ["Contact", "Task", "Case"].flatMap((object) =>
        desk.records(object).map((record) => ({
          ...{ object, Id: record.Id, WhoId: record["WhoId"] },
          known: record["WhatsApp_Id__c"],
        })),
      );
    const { crm, close, under } = desk;
    const cut = (at: number, fault: Cut) => {
      const hit = under.stub.requests.length + at + 1;
      const fate = fault === "reset" ? "drop" : "lose the answer";
      under.onRequest = (number) => (number === hit ? fate : "go on");
    };
    return { stub: under.stub, destination: crm, contactLink, links, cut, books, close };
  },
  async zendesk(known) {
    const desk = await openZendesk();
    desk.stub.hit(({ path }) => !path.startsWith("/oauth"));
    if (known) desk.stub.books.addUser({ name: "Mia Meyer", phone: `+${mia.waId}` });
    await desk.say(desk.text("hello", { contact: mia }));
    const { contactLink } = desk;
    const links = [...desk.links.values()];
    desk.contactLink = undefined;
    await desk.say(desk.text("hello", { contact: ben }));
    const { tickets, users } = desk.stub.books;
    const books = () => [
      ...[...tickets.values()].map(({ id, status }) => ({ ticket: id, status })),
      ...[...users.values()].map(({ id, active, role }) => ({ user: id, active, role })),
    ];
    const { stub, destination, close } = desk;
    return { stub, destination, contactLink, links, books, close };
  },
  async freshdesk(known) {
    const { stub, desk } = await startFreshdeskStub({ acts: () => true });
    if (known) addFreshdeskContact(desk, { name: "Mia", mobile: `+${mia.waId}` });
    const options = { domain: "acme", apiKey: freshdeskKey, baseUrl: stub.url };
    const destination = freshdesk.create("desk", options, { log: createArrayLog() });
    const books = () => [
      ...[...desk.tickets.values()].map(({ id, deleted }) => ({ ticket: id, deleted })),
      ...[...desk.contacts.values()].map(({ id, deleted }) => ({ contact: id, deleted })),
    ];
    return { ...(await bothTold(destination)), stub, books, close: () => stub.close() };
  },
  async intercom(known) {
    const { stub, workspace } = await startIntercomStub({ acts: () => true });
    if (known) addIntercomContact(workspace, { phone: `+${mia.waId}` });
    const options = { token: intercomToken, baseUrl: stub.url, admin: "814860" };
    const destination = intercom.create("desk", options, { log: createArrayLog() });
    const books = () => [[...workspace.conversations.keys()], [...workspace.contacts.keys()]];
    return { ...(await bothTold(destination)), stub, books, close: () => stub.close() };
  },
  async shopify(known) {
    const { stub, world, options } = await startShopifyStub(Date.now, ({ path }) =>
      path.endsWith("graphql.json"),
    );
    if (known) addCustomer(world, { phone: `+${mia.waId}` });
    const destination = createShopify("shop", { ...options, tag: "whatsapp", create: true });
    const [contactLink] = [await shopped(destination, mia), await shopped(destination, ben)];
    const books = () => world.customers.map(({ phone }) => phone);
    return { stub, destination, contactLink, links: [], books, close: () => stub.close() };
  },
};

function cutCall({ fail }: Stub) {
  return (at: number, fault: Cut) =>
    fail(...Array.from({ length: at }, () => "none" as const), fault);
}

/** What is remembered of Mia. */
async function bothTold(destination: Destination) {
  const { deliver, links, contactLinks } = delivering(destination);
  for (const at of [0, month]) await deliver(makeText("hello", { contact: mia, at }));
  const about = { contactLink: [...contactLinks.values()][0], links: [...links.values()] };
  await deliver(makeText("hello", { contact: ben }));
  return { destination, ...about };
}

async function shopped(destination: Destination, { waId, name }: typeof mia) {
  let contactLink: Link | undefined;
  const event = makeText("hello", { contact: { waId, name } });
  const known = { userIds: [], phones: [waId], phoneCandidates: phoneCandidates(waId) };
  const contact = { id: `ctc_${waId}`, name, tags: [], fields: {}, consent: {}, ...known };
  const plain = contextOf(event);
  const context = {
    ...plain,
    contact: async () => contact,
    scope: async (names: Parameters<typeof plain.scope>[0]) => ({
      ...(await plain.scope(names)),
      contact,
    }),
    remember: async (link: Link) => {
      contactLink = link;
    },
  };
  await destination.deliver(event, context, AbortSignal.timeout(5_000));
  return contactLink;
}

async function erase({ destination, contactLink, links }: World): Promise<readonly Erased[]> {
  const person = { contact: undefined, contactLink, links };
  return (await destination.erase?.(person, AbortSignal.timeout(10_000))) ?? assert.fail("none");
}

async function within<T>(open: OpenWorld, known: boolean, use: (world: World) => Promise<T>) {
  const world = await open(known);
  try {
    return await use(world);
  } finally {
    await world.destination.close();
    await world.close();
  }
}

describe("a person whose erasing was cut short", () => {
  for (const [kind, open] of Object.entries(worlds)) {
    for (const known of [false, true]) {
      const whom = known ? "who was known before" : "whom Waypost made";
      it(`is erased from ${kind} by doing it again, whatever call it died at, ${whom}`, async () => {
        const whole = await within(open, known, async (world) => {
          const [before, called] = [world.books(), world.stub.requests.length];
          const erased = await erase(world);
          const calls = world.stub.requests.length - called;
          return { before, calls, kept: erased.at(-1)?.result, books: world.books() };
        });
        if (!known) assert.notDeepEqual(whole.books, whole.before);
        let disturbed = 0;
        for (let at = 0; at < whole.calls; at += 1) {
          for (const fault of ["reset", "lost"] as const) {
            await within(open, known, async (world) => {
              assert.deepEqual(world.books(), whole.before);
              const { stub, cut = cutCall(stub) } = world;
              cut(at, fault);
              await erase(world).catch(() => {
                disturbed += 1;
              });
              const again = await erase(world);
              assert.deepEqual(world.books(), whole.books, `${fault} at call ${at}`);
              if (known) assert.equal(again.at(-1)?.result, whole.kept, `${fault} at call ${at}`);
            });
          }
        }
        assert.ok(disturbed > 0, "no call was cut short");
      });
    }
  }
});
