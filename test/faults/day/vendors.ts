import assert from "node:assert/strict";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { said } from "../../../src/destinations/said.ts";
import { freshdeskKey, startFreshdeskStub } from "../../destinations/freshdesk/stub.ts";
import { textsOf } from "../../destinations/google-sheets/grid.ts";
import { startSheetsStub } from "../../destinations/google-sheets/stub.ts";
import { hubspotToken, startHubspotStub } from "../../destinations/hubspot/stub.ts";
import { intercomToken, startIntercomStub } from "../../destinations/intercom/stub.ts";
import * as salesforce from "../../destinations/salesforce/stub.ts";
import * as shopify from "../../destinations/shopify/stub.ts";
import { addCustomer } from "../../destinations/shopify/world.ts";
import * as zendesk from "../../destinations/zendesk/stub.ts";
import { auditPeople, type Vendor } from "./vendor.ts";

/** What is said in a conversation with one person. */
const speaks = (event: WaypostEvent): boolean =>
  said(event) !== undefined && event.data.contact !== undefined && event.data.groupId === undefined;
const handoff = "business.handoff.requested";
const lead = "business.lead.captured";

function conversationsOf(events: readonly WaypostEvent[], type: string): number {
  const some = events.filter((event) => event.type === type);
  return new Set(some.map(({ data }) => data.conversationId)).size;
}

const fast = { rate: "200/s" };
const noMark = (key: unknown) => String(key ?? "").split(":")[0] ?? "";

/** `specification`: each of its requests is held against HubSpot's own files, which takes some seconds to read. */
async function hubspotVendor(specification: boolean): Promise<Vendor> {
  const { stub, portal } = await startHubspotStub(specification ? {} : { specification: false });
  return {
    ...{ name: "hubspot", url: stub.url, close: stub.close, writes: speaks },
    block: (baseUrl) => ({
      ...{ kind: "hubspot", token: hubspotToken, baseUrl },
      ticket: { when: [handoff], pipeline: "0", stage: "1" },
      deal: { when: [lead], pipeline: "default", stage: "appointmentscheduled" },
    }),
    effects: () =>
      [...portal.all("communications"), ...portal.all("notes")]
        .sort((a, b) => Number(a.id) - Number(b.id))
        .map(({ properties }) => noMark(properties["waypost_id"])),
    audit(events) {
      auditPeople("hubspot", events, portal.all("contacts").length);
      assert.equal(portal.all("tickets").length, conversationsOf(events, handoff), "tickets");
      assert.equal(
        portal.all("0-3").length,
        events.filter(({ type }) => type === lead).length,
        "deals",
      );
    },
  };
}

async function salesforceVendor(): Promise<Vendor> {
  const under = await salesforce.startSalesforceStub();
  // An hour of the shop asks for more than the 15,000 requests a day of a small org, and the rest would rightly wait.
  under.limit = 1_000_000;
  const { stub, org } = under;
  const { clientId, clientSecret } = salesforce;
  const eventId = "Waypost_Event_Id__c";
  return {
    ...{ name: "salesforce", url: stub.url, close: stub.close, writes: speaks },
    block: (loginUrl) => ({
      ...{ kind: "salesforce", loginUrl, clientId, clientSecret, eventId },
      case: { when: [handoff] },
    }),
    effects: () => org.all("Task").map((task) => noMark(task[eventId])),
    audit(events) {
      auditPeople("salesforce", events, org.all("Contact").length);
      assert.equal(org.all("Case").length, conversationsOf(events, handoff), "Cases");
    },
  };
}

async function zendeskVendor(): Promise<Vendor> {
  const stub = await zendesk.startZendeskStub({ perMinute: 100_000 });
  const { clientId, clientSecret } = zendesk;
  return {
    ...{ name: "zendesk", url: stub.url, close: stub.close, writes: speaks },
    block: (baseUrl) => ({
      kind: "zendesk",
      baseUrl,
      clientId,
      clientSecret,
      debounce: "2s",
      ...fast,
    }),
    effects: () => stub.effects().map(noMark),
    audit: (events) => auditPeople("zendesk", events, stub.books.users.size - 1),
  };
}

async function freshdeskVendor(): Promise<Vendor> {
  const { stub, desk } = await startFreshdeskStub({ limit: 1_000_000 });
  return {
    ...{ name: "freshdesk", url: stub.url, close: stub.close, writes: speaks },
    block: (baseUrl) => ({
      kind: "freshdesk",
      domain: "acme",
      apiKey: freshdeskKey,
      baseUrl,
      ...fast,
    }),
    count: () => desk.effects.length,
    audit: (events) => auditPeople("freshdesk", events, desk.contacts.size),
  };
}

async function intercomVendor(): Promise<Vendor> {
  const { stub, workspace } = await startIntercomStub({ limit: 1_000_000 });
  return {
    ...{ name: "intercom", url: stub.url, close: stub.close, writes: speaks },
    block: (baseUrl) => ({ kind: "intercom", token: intercomToken, baseUrl, ...fast }),
    count: () => workspace.effects.length,
    audit: (events) => auditPeople("intercom", events, workspace.contacts.size),
  };
}

async function sheetVendor(): Promise<Vendor> {
  const { stub, grid, options, limits } = await startSheetsStub();
  limits.writesPerMinute = 10_000;
  limits.readsPerMinute = 10_000;
  return {
    ...{ name: "sheet", url: stub.url, close: stub.close },
    block: (baseUrl) => ({ kind: "google-sheets", ...options, baseUrl, ...fast }),
    writes: () => true,
    effects: () => {
      const [header = [], ...rows] = textsOf(grid);
      return rows.map((row) => row[header.indexOf("Event id")] ?? "");
    },
  };
}

/** `phones`: customers of the shop. */
async function shopVendor(phones: readonly string[]): Promise<Vendor> {
  const { stub, world, options, bucket } = await shopify.startShopifyStub();
  Object.assign(bucket, { maximumAvailable: 1_000_000, restoreRate: 100_000 });
  for (const phone of phones) addCustomer(world, { phone: `+${phone}` });
  return {
    ...{ name: "shop", url: stub.url, close: stub.close },
    block: (baseUrl) => ({
      kind: "shopify",
      ...options,
      baseUrl,
      tag: "whatsapp",
      note: "{{ event.type }}",
    }),
    writes: ({ data }) => phones.includes(data.contact?.waId ?? ""),
    effects: () =>
      world.customers.flatMap(({ note }) =>
        [...(note ?? "").matchAll(/\[(evt_\w+)\]/g)].map(([, id = ""]) => id),
      ),
  };
}

/** One destination of each vendor. `specification`: HubSpot's too, where it lies beside the project. */
export function startVendors(phones: readonly string[], specification: boolean): Promise<Vendor[]> {
  return Promise.all([
    hubspotVendor(specification),
    salesforceVendor(),
    zendeskVendor(),
    freshdeskVendor(),
    intercomVendor(),
    sheetVendor(),
    shopVendor(phones),
  ]);
}
