import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { type OpenCrm, openCrm } from "./open-crm.ts";

const mia = { waId: "15555550123", name: "Mia" };
describe("what HubSpot's answers mean", () => {
  let crm: OpenCrm;
  beforeEach(async () => {
    crm = await openCrm();
    await crm.deliver(makeText("first", { contact: mia }));
  });
  afterEach(() => crm.close());

  it("a token that is revoked, lacks a scope: config with the remedy, and all arrives afterwards", async () => {
    const event = makeText("x", { contact: mia });
    crm.hub.tokenIsValid = false;
    assert.match((await crm.failure(event)).message, /set a service key/);
    crm.hub.tokenIsValid = true;
    crm.missingScopes.add("crm.objects.contacts.write");
    const failure = await crm.failure(event);
    assert.equal(failure.verdict, "config");
    assert.match(failure.message, /add the scope crm.objects.contacts.write/);
    crm.missingScopes.clear();
    await crm.deliver(event);
    assert.equal(crm.messages().length, 2);
  });

  it("nobody's words come into a message, nor does a failed look-up count as perhaps done", async () => {
    crm.stub.fail({ status: 400, body: JSON.stringify({ message: "Mia said secret words" }) });
    const failure = await crm.failure(makeText("secret words", { contact: mia }));
    assert.doesNotMatch(`${failure.message} ${failure.answer}`, /secret words/);
  });
});

describe("a message whose answer was lost", () => {
  for (const log of ["communication", "note"]) {
    it(`is found by its mark, and not written again: ${log}`, async () => {
      const crm = await openCrm({ log });
      const event = makeText("once", { contact: mia });
      await crm.deliver(makeText("first", { contact: mia }));
      crm.stub.fail("lost");
      assert.equal((await crm.failure(event)).maybeDone, true);
      const { remoteId } = await crm.deliver(event);
      const entries = crm.portal.all(log === "note" ? "notes" : "communications");
      assert.equal(entries.length, 2);
      assert.equal(remoteId, entries[1]?.id);
      await crm.close();
    });
  }

  it("neither is a contact, and who made it is still told", async () => {
    const crm = await openCrm();
    const event = makeText("once", { contact: mia });
    crm.stub.fail("lost");
    await crm.failure(event);
    const { events = [] } = await crm.deliver(event);
    assert.deepEqual(
      events.map(({ data }) => data.business?.["object"]),
      ["contact"],
    );
    assert.equal(crm.contacts().length, 1);
    await crm.close();
  });
});

describe("properties that HubSpot lacks", () => {
  it("pause the destination with the remedy, and all arrives when they are created", async () => {
    const crm = await openCrm(
      {
        ticket: { when: ["business.handoff.requested"] },
        deal: { when: ["business.lead.captured"] },
      },
      { bare: true },
    );
    const event = makeEvent({ type: "business.consent.revoked", contact: mia });
    const failure = await crm.failure(event);
    assert.equal(failure.verdict, "config");
    assert.match(failure.message, /no property whatsapp_id: create it, or let waypost add hubspot/);
    const soon = AbortSignal.timeout(5000);
    const checks = await crm.destination.check(soon);
    assert.ok(checks.some(({ ok, detail }) => !ok && /Settings, Properties/.test(detail)));
    const required = (await crm.destination.requirements?.(soon)) ?? [];
    assert.deepEqual(
      required.map(({ what, there }) => [what, there]),
      [
        ["the property whatsapp_id of contacts", false],
        ["the property whatsapp_consent of contacts", false],
        ["the property waypost_id of communications", false],
        ["the property waypost_id of notes", false],
        ["the property waypost_id of tickets", false],
        ["the property waypost_id of deals", false],
      ],
    );
    for (const { create } of required) await create?.(soon);
    const after = (await crm.destination.requirements?.(soon)) ?? [];
    assert.ok(after.every(({ there }) => there));
    assert.ok((await crm.destination.check(soon)).every(({ ok }) => ok));
    await crm.deliver(event);
    assert.deepEqual(crm.contacts()[0]?.["whatsapp_consent"], "revoked");
    await crm.close();
  });

  it("one that does not require unique values is told, and is not made", async () => {
    const crm = await openCrm();
    crm.portal.properties.get("contacts")?.set("whatsapp_id", {});
    const [first] = (await crm.destination.requirements?.(AbortSignal.timeout(5000))) ?? [];
    assert.equal(first?.there, false);
    assert.equal(first?.create, undefined);
    assert.match(first?.remedy ?? "", /does not require unique values/);
    await crm.close();
  });

  it("a pipeline or stage that is not there is told with those that are", async () => {
    const when = ["business.lead.captured"];
    const crm = await openCrm({
      ticket: { when, pipeline: "7" },
      deal: { when, stage: "unheard" },
    });
    const checks = await crm.destination.check(AbortSignal.timeout(5000));
    const failed = checks.filter(({ ok }) => !ok).map(({ detail }) => detail);
    assert.deepEqual(failed, [
      "there is no pipeline 7; there are 0 (First)",
      "the pipeline has no stage unheard; it has appointmentscheduled (Appointment scheduled)",
    ]);
    await crm.close();
  });
});
