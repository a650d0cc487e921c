import type { Destination } from "../../src/contracts.ts";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { createHubspot } from "../../src/destinations/hubspot/hubspot.ts";
import { parseHubspotOptions } from "../../src/destinations/hubspot/options.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { createSalesforce } from "../../src/destinations/salesforce/salesforce.ts";
import { createZendesk } from "../../src/destinations/zendesk/zendesk.ts";
import { createFakeClock } from "../deliver/fake-clock.ts";
import { createArrayLog } from "../support/array-log.ts";
import { type Delivering, delivering } from "./delivering.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { hurriedClock } from "./hubspot/hurried-clock.ts";
import { hubspotToken, startHubspotStub } from "./hubspot/stub.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import * as org from "./salesforce/stub.ts";
import * as desk from "./zendesk/stub.ts";

/** What only people can mend. */
export interface Door {
  readonly destination: Destination;
  /** The vendor does not let Waypost in any more, for a reason of which `says` is told. */
  shut(): void;
  mend(): void;
  readonly says: RegExp;
  /** How many texts the vendor has. */
  texts(): number;
  close(): Promise<void>;
}

/** A kind that has one ticket for a conversation, with its vendor. */
export interface TicketDesk {
  readonly told: Delivering;
  readonly door?: Pick<Door, "destination" | "shut" | "mend" | "says" | "texts">;
  /** What begins a ticket there. */
  readonly begins: "message" | "handoff";
  /** The name of the ticket in the conversation's link. */
  readonly ticket: string;
  /** In days: what the contact says opens it, so it cannot have been closed before that. */
  readonly closesAfter?: number;
  /** An agent closes it at this time, in ms. */
  closeTicket(id: string, at: number): void;
  /** All that the vendor has. */
  tickets(): number;
  close(): Promise<void>;
}

const when = ["business.handoff.requested"];
const parts = { log: createArrayLog() };

async function openHubspot(): Promise<TicketDesk> {
  const hub = await startHubspotStub({ specification: false });
  const { stub, portal } = hub;
  const options = { token: hubspotToken, baseUrl: stub.url, ticket: { when } };
  const crm = createHubspot(parseHubspotOptions("crm", options), hurriedClock);
  return {
    ...{ told: delivering(crm), begins: "handoff", ticket: "ticket" },
    door: {
      destination: crm,
      shut() {
        hub.tokenIsValid = false;
      },
      mend() {
        hub.tokenIsValid = true;
      },
      says: /HubSpot answered 401.*token/,
      texts: () => portal.all("communications").length,
    },
    closeTicket(id, at) {
      const closed = { hs_pipeline_stage: "4", closed_date: new Date(at).toISOString() };
      Object.assign(portal.objects.get(id)?.properties ?? {}, closed);
    },
    tickets: () => portal.all("tickets").length,
    close: () => Promise.all([crm.close(), stub.close()]).then(() => undefined),
  };
}

async function openSalesforce(): Promise<TicketDesk> {
  const under = await org.startSalesforceStub();
  const { clientId, clientSecret } = org;
  const options = { loginUrl: under.stub.url, clientId, clientSecret, case: { when } };
  const crm = createSalesforce("crm", options);
  return {
    ...{ told: delivering(crm), begins: "handoff", ticket: "case" },
    closeTicket(id, at) {
      const found = under.org.all("Case").find(({ Id }) => Id === id);
      const closed = { Status: "Closed", IsClosed: true, ClosedDate: new Date(at).toISOString() };
      Object.assign(found ?? {}, closed);
    },
    tickets: () => under.org.all("Case").length,
    close: () => Promise.all([crm.close(), under.stub.close()]).then(() => undefined),
  };
}

async function openZendesk(): Promise<TicketDesk> {
  const clock = createFakeClock();
  const stub = await desk.startZendeskStub({ clock, perMinute: 100_000 });
  const { clientId, clientSecret } = desk;
  const support = createZendesk("desk", { baseUrl: stub.url, clientId, clientSecret }, clock);
  return {
    ...{ told: delivering(support), begins: "message", ticket: "ticket" },
    door: {
      destination: support,
      shut() {
        stub.knowsClient = false;
      },
      mend() {
        stub.knowsClient = true;
      },
      says: /invalid_client: check the client id and its secret/,
      texts: () => stub.effects().length,
    },
    closeTicket(id, at) {
      stub.books.set(Number(id), { status: "solved", solved_at: new Date(at).toISOString() });
    },
    tickets: () => stub.books.tickets.size,
    close: () => Promise.all([support.close(), stub.close()]).then(() => undefined),
  };
}

async function openFreshdesk(): Promise<TicketDesk> {
  const server = await startFreshdeskStub({ limit: 100_000 });
  const options = { domain: "acme", apiKey: freshdeskKey, baseUrl: server.stub.url };
  const support = freshdesk.create("desk", options, parts);
  return {
    ...{ told: delivering(support), begins: "message", ticket: "ticket" },
    door: {
      destination: support,
      shut() {
        server.held.key = "another one";
      },
      mend() {
        server.held.key = freshdeskKey;
      },
      says: /invalid_credentials: the API key/,
      texts: () => server.desk.effects.length,
    },
    closeTicket(id, at) {
      const found = server.desk.tickets.get(Number(id));
      if (found === undefined) return;
      found.status = 4;
      found.stats.resolved_at = new Date(at).toISOString();
    },
    tickets: () => server.desk.tickets.size,
    close: () => Promise.all([support.close(), server.stub.close()]).then(() => undefined),
  };
}

async function openIntercom(): Promise<TicketDesk> {
  const server = await startIntercomStub({ limit: 100_000 });
  const options = { token: intercomToken, baseUrl: server.stub.url };
  const inbox = intercom.create("desk", options, parts);
  return {
    ...{ told: delivering(inbox), begins: "message", ticket: "conversation", closesAfter: 0 },
    door: {
      destination: inbox,
      shut() {
        server.held.token = "another one";
      },
      mend() {
        server.held.token = intercomToken;
      },
      says: /401 unauthorized: the access token is not valid/,
      texts: () => server.workspace.effects.length,
    },
    closeTicket(id, at) {
      const found = server.workspace.conversations.get(id);
      if (found === undefined) return;
      found.state = "closed";
      found.statistics.last_close_at = at / 1_000;
    },
    tickets: () => server.workspace.conversations.size,
    close: () => Promise.all([inbox.close(), server.stub.close()]).then(() => undefined),
  };
}

export const ticketDesks: Readonly<Record<string, () => Promise<TicketDesk>>> = {
  hubspot: openHubspot,
  salesforce: openSalesforce,
  zendesk: openZendesk,
  freshdesk: openFreshdesk,
  intercom: openIntercom,
};
