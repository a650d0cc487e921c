import type { Destination } from "../../src/contracts.ts";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { googleSheets } from "../../src/destinations/google-sheets/google-sheets.ts";
import { createHubspot } from "../../src/destinations/hubspot/hubspot.ts";
import { parseHubspotOptions } from "../../src/destinations/hubspot/options.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { createSalesforce } from "../../src/destinations/salesforce/salesforce.ts";
import { createShopify } from "../../src/destinations/shopify/shopify.ts";
import { createZendesk } from "../../src/destinations/zendesk/zendesk.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createArrayLog } from "../support/array-log.ts";
import { addContact as addFreshdeskContact } from "./freshdesk/desk.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { textsOf } from "./google-sheets/grid.ts";
import { startSheetsStub } from "./google-sheets/stub.ts";
import { hurriedClock } from "./hubspot/hurried-clock.ts";
import { hubspotToken, startHubspotStub } from "./hubspot/stub.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { addContact as addIntercomContact } from "./intercom/workspace.ts";
import * as salesforce from "./salesforce/stub.ts";
import { startShopifyStub } from "./shopify/stub.ts";
import { addCustomer } from "./shopify/world.ts";
import { type Stub, type StubAnswer, type StubRequest, startStub } from "./stub.ts";
import * as zendesk from "./zendesk/stub.ts";

export const mia = { waId: "15555550123", name: "Mia" };
/** Begins tickets where messages do not. */
const when = ["business.handoff.requested"];
const parts = { log: createArrayLog() };
/** A vendor that had Mia before Waypost came, behind a proxy that sometimes answers itself. */
export interface World {
  readonly proxy: Stub;
  readonly destination: Destination;
  /** All that the vendor has, in the order in which it came about. */
  books(): unknown;
  /** Time passes between two attempts. */
  readonly pass?: () => Promise<void>;
  /** The vendor. */
  readonly stub: Pick<Stub, "close">;
}

/** `front`: what of the proxy is to be seen as the vendor. */
export type OpenWorld = (
  front: (behind: string) => Promise<string>,
) => Promise<Omit<World, "proxy">>;

export const worlds: Readonly<Record<string, OpenWorld>> = {
  async hubspot(front) {
    const { stub, portal } = await startHubspotStub({ specification: false });
    portal.given("contacts", { phone: `+${mia.waId}` });
    const given = { token: hubspotToken, baseUrl: await front(stub.url), ticket: { when } };
    const destination = createHubspot(parseHubspotOptions("crm", given), hurriedClock);
    const books = () =>
      [...portal.objects.values()].map(({ type, properties }) => [type, properties]);
    return { stub, destination, books };
  },
  async salesforce(front) {
    const under = await salesforce.startSalesforceStub();
    under.org.seed("Contact", { LastName: "Berg", Phone: `+${mia.waId}` });
    const { clientId, clientSecret } = salesforce;
    const loginUrl = await front(under.stub.url);
    under.instanceUrl = loginUrl;
    const given = { loginUrl, clientId, clientSecret, case: { when } };
    const books = () =>
      ["Contact", "Task", "Case", "CaseComment"].map((object) =>
        under.org
          .all(object)
          .map(({ Description, CommentBody }) => [object, Description, CommentBody]),
      );
    return { stub: under.stub, destination: createSalesforce("crm", given), books };
  },
  async zendesk(front) {
    const clock = createFakeClock();
    const stub = await zendesk.startZendeskStub({ clock, perMinute: 100_000 });
    stub.books.addUser({ name: "Mia Meyer", phone: `+${mia.waId}` });
    const { clientId, clientSecret } = zendesk;
    const given = { baseUrl: await front(stub.url), clientId, clientSecret };
    const { tickets, users } = stub.books;
    const books = () => [
      [...users.values()].map(({ role, name }) => [role, name]),
      [...tickets.values()].map(({ comments }) => comments.map(({ html_body }) => html_body)),
    ];
    return { stub, destination: createZendesk("desk", given, clock), books };
  },
  async freshdesk(front) {
    const { stub, desk } = await startFreshdeskStub({ limit: 100_000 });
    addFreshdeskContact(desk, { name: "Mia", mobile: `+${mia.waId}` });
    const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: await front(stub.url) };
    const books = () => [
      [...desk.contacts.values()].map(({ name }) => name),
      [...desk.tickets.values()].map(({ description, notes }) => [
        description,
        notes.map(({ body }) => body),
      ]),
    ];
    return { stub, destination: freshdesk.create("desk", given, parts), books };
  },
  async intercom(front) {
    const clock = createFakeClock();
    const { stub, workspace } = await startIntercomStub({ limit: 100_000, now: clock.now });
    addIntercomContact(workspace, { phone: `+${mia.waId}` });
    const given = { token: intercomToken, baseUrl: await front(stub.url) };
    const destination = intercom.create("desk", given, { ...parts, clock } as never);
    const books = () => [
      workspace.contacts.size,
      workspace.conversations.size,
      workspace.effects.map(({ author, body }) => [author, body]),
    ];
    return { stub, destination, books, pass: () => clock.advance(40_000) };
  },
  async "google-sheets"(front) {
    const { stub, grid, options } = await startSheetsStub();
    const others = ["Theirs", "Text", "Name", "Event id"];
    grid.rows = [others.map((value) => ({ value }))];
    const columns = { Name: "{{ contact.name }}", Text: "{{ message | text }}" };
    const given = { ...options, baseUrl: await front(stub.url), columns };
    const destination = googleSheets.create("sheet", given, parts);
    return { stub, destination, books: () => textsOf(grid) };
  },
  async shopify(front) {
    const { stub, world, options } = await startShopifyStub();
    addCustomer(world, { phone: `+${mia.waId}` });
    const told = { tag: "whatsapp", note: "{{ message | text }}", create: true };
    const given = { ...options, ...told, baseUrl: await front(stub.url) };
    const books = () => world.customers.map(({ phone, note, tags }) => [phone, note, tags]);
    return { stub, destination: createShopify("shop", given), books };
  },
};

/** Takes the proxy's own answers for nobody's word, and the rest from whoever stands behind. */
async function forward(behind: string, request: StubRequest): Promise<StubAnswer> {
  const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
  const { method, path, body } = request;
  const sent = { method, headers: headers as Record<string, string>, redirect: "manual" } as const;
  const answer = await fetch(behind + path, { ...sent, ...(body !== "" && { body }) });
  const told = [...answer.headers].filter(
    ([name]) => !/^(content-(length|encoding)|transfer-encoding|connection|keep-alive)$/.test(name),
  );
  return { status: answer.status, headers: Object.fromEntries(told), body: await answer.text() };
}

export const isCounted = ({ path }: StubRequest) => !path.includes("token");

export async function within<T>(open: OpenWorld, use: (world: World) => Promise<T>): Promise<T> {
  let behind = "";
  const proxy = await startStub((request) => forward(behind, request), isCounted);
  const world = await open(async (url) => {
    behind = url;
    return proxy.url;
  });
  try {
    return await use({ ...world, proxy });
  } finally {
    await Promise.all([world.destination.close(), proxy.close(), world.stub.close()]);
  }
}
