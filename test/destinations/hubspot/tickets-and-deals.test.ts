import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { makeEvent, makeText, second } from "../../store/make-events.ts";
import { type OpenCrm, openCrm } from "./open-crm.ts";

const mia = { waId: "15555550123", name: "Mia" };
const hour = 3_600;
const day = 24 * hour;
const owner = (id: string | undefined) => ({
  scope: async (names: ReadonlySet<string>) =>
    Object.fromEntries([...names].map((name) => [name, told(id)[name]])),
});
const told = (id: string | undefined): Record<string, unknown> => ({
  contact: mia,
  ...(id !== undefined && { owner: { hubspot: id } }),
  transcript: [{ from: "contact", message: { type: "text", text: { body: "help me" } } }],
  business: { amount: 1200, transcript: "Mia: help me" },
});

describe("tickets in HubSpot", () => {
  let crm: OpenCrm;
  beforeEach(async () => {
    crm = await openCrm({ ticket: { when: ["business.handoff.*"], pipeline: "0", stage: "1" } });
  });
  afterEach(() => crm.close());
  const handoff = (at: number) =>
    makeEvent({ type: "business.handoff.requested", contact: mia, at, data: { business: {} } });
  const tickets = () => crm.portal.all("tickets");
  const close = (at: number) => {
    const ticket = tickets().at(-1);
    if (ticket)
      Object.assign(ticket.properties, { hs_pipeline_stage: "4", closed_date: second(at) });
  };

  it("does not grow old by what comes late, as the history does", async () => {
    await crm.deliver(handoff(40 * day), owner(undefined));
    await crm.deliver(makeText("a month ago", { contact: mia, at: 0 }), owner(undefined));
    await crm.deliver(handoff(40 * day + 1), owner(undefined));
    assert.equal(tickets().length, 1);
  });

  it("is made for an event that asks, with who, what, where and whose, and is told", async () => {
    const event = handoff(1);
    const { events = [], remoteId } = await crm.deliver(event, owner("101"));
    const [ticket] = tickets();
    assert.deepEqual(ticket?.properties, {
      ...{ subject: "WhatsApp: Mia", content: "Contact: help me", hubspot_owner_id: "101" },
      ...{ hs_pipeline: "0", hs_pipeline_stage: "1", waypost_id: `${event.id}:under-test` },
    });
    const [contact] = crm.portal.all("contacts");
    assert.deepEqual([...(ticket?.associations ?? [])], [[contact?.id, [16]]]);
    assert.equal(remoteId, ticket?.id);
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.business]),
      [
        [
          "business.record.created",
          {
            ...{ destination: "under-test", object: "contact", id: contact?.id },
            url: `https://app-eu1.hubspot.com/contacts/4711/record/0-1/${contact?.id}`,
          },
        ],
        [
          "business.record.created",
          {
            ...{ destination: "under-test", object: "ticket", id: ticket?.id },
            url: `https://app-eu1.hubspot.com/contacts/4711/record/0-5/${ticket?.id}`,
          },
        ],
      ],
    );
  });

  it("rule 10: one conversation has one: later messages and requests belong to it", async () => {
    await crm.deliver(handoff(1));
    await crm.deliver(makeText("still here", { contact: mia, at: 2 }));
    const { events } = await crm.deliver(handoff(3));
    assert.equal(tickets().length, 1);
    assert.deepEqual(events, []);
    const ticket = tickets()[0]?.id ?? "";
    const on = (type: "communications" | "notes") =>
      crm.portal.all(type).map(({ associations }) => associations.get(ticket));
    assert.deepEqual([on("communications"), on("notes")], [[[83]], [[228], [228]]]);
  });

  it("rule 10: closed within reopenWithin it is opened again, later another one follows it", async () => {
    await crm.deliver(handoff(1));
    close(hour);
    const { events } = await crm.deliver(handoff(2 * day));
    assert.deepEqual(
      events?.map(({ type }) => type),
      ["business.record.updated"],
    );
    assert.deepEqual(
      tickets().map(({ properties }) => properties["hs_pipeline_stage"]),
      ["1"],
    );
    close(2 * day + 1);
    await crm.deliver(handoff(6 * day));
    const [first, follow] = tickets();
    assert.deepEqual(follow?.associations.get(first?.id ?? ""), [452]);
    assert.equal(first?.properties["hs_pipeline_stage"], "4");
    await crm.deliver(makeText("hi", { contact: mia, at: 6 * day + 1 }));
    assert.ok(
      crm.portal
        .all("communications")
        .at(-1)
        ?.associations.has(follow?.id ?? ""),
    );
  });

  it("rule 10: after newAfter of silence a new one begins, although one is open", async () => {
    await crm.deliver(handoff(1));
    await crm.deliver(makeText("hi", { contact: mia, at: 15 * day }));
    const [quiet] = crm.portal.all("communications");
    assert.equal(quiet?.associations.has(tickets()[0]?.id ?? ""), false);
    await crm.deliver(makeText("are you there?", { contact: mia, at: 15 * day + 60 }));
    const next = crm.portal.all("communications").at(-1);
    assert.equal(next?.associations.has(tickets()[0]?.id ?? ""), false, "it is over for good");
    await crm.deliver(handoff(20 * day));
    const [first, follow] = tickets();
    assert.equal(tickets().length, 2);
    assert.deepEqual(follow?.associations.get(first?.id ?? ""), [452]);
    const link = [...crm.links.values()][0];
    assert.deepEqual([link?.["ticket"], link?.["before"]], [follow?.id, first?.id]);
    await crm.deliver(handoff(40 * day));
    assert.equal(tickets().length, 3);
  });

  it("rule 10: one that a silence ended and people deleted then has no follow-up", async () => {
    await crm.deliver(handoff(1));
    await crm.deliver(makeText("hi", { contact: mia, at: 15 * day }));
    crm.portal.objects.delete(tickets()[0]?.id ?? "");
    await crm.deliver(handoff(16 * day));
    assert.deepEqual(
      tickets().map(({ associations }) => [...associations.values()].flat().includes(452)),
      [false],
    );
  });

  it("rule 11: one that people deleted is replaced once, and one merged is the one that is left", async () => {
    await crm.deliver(handoff(1));
    crm.portal.objects.delete(tickets()[0]?.id ?? "");
    await crm.deliver(makeText("hi", { contact: mia, at: 2 }));
    assert.equal(crm.messages().length, 1);
    await crm.deliver(handoff(3));
    await crm.deliver(handoff(4));
    const [replaced] = tickets();
    assert.equal(tickets().length, 1);
    const left = crm.portal.given("tickets", { hs_pipeline: "0", hs_pipeline_stage: "2" });
    crm.portal.objects.delete(replaced?.id ?? "");
    crm.portal.merged.set(replaced?.id ?? "", left.id);
    await crm.deliver(handoff(5));
    assert.ok(crm.portal.all("notes").at(-1)?.associations.has(left.id));
    assert.equal([...crm.links.values()][0]?.["ticket"], left.id);
    crm.portal.objects.delete(left.id);
    for (const at of [6, 7]) {
      await crm.deliver(handoff(at));
      assert.equal(tickets().length, 1, "made for the first that asks again");
    }
  });

  it("an owner whom HubSpot does not know is left out", async () => {
    await crm.deliver(handoff(1), owner("999"));
    assert.equal(tickets()[0]?.properties["hubspot_owner_id"], undefined);
    assert.equal(tickets().length, 1);
  });
});

describe("deals in HubSpot", () => {
  it("one for each event that asks, however often it is delivered", async () => {
    const crm = await openCrm({ deal: { when: ["business.lead.captured"] } });
    const lead = (): WaypostEvent =>
      makeEvent({ type: "business.lead.captured", contact: mia, data: { business: {} } });
    const [one, two] = [lead(), lead()];
    const { events = [] } = await crm.deliver(one, owner("102"));
    const again = await crm.deliver(one, owner("102"));
    await crm.deliver(two, owner(undefined));
    const [first, second, third] = crm.portal.all("0-3");
    assert.equal(third, undefined);
    assert.deepEqual(first?.properties, {
      ...{ dealname: "Mia (WhatsApp)", amount: "1200", description: "Mia: help me" },
      ...{ pipeline: "default", dealstage: "appointmentscheduled", hubspot_owner_id: "102" },
      waypost_id: `${one.id}:under-test`,
    });
    assert.equal(second?.properties["hubspot_owner_id"], undefined);
    const ids = (all: readonly WaypostEvent[] = []) => all.map(({ id }) => id);
    assert.deepEqual(ids(again.events), ids(events), "what is told is told again, once");
    await crm.close();
  });
});
