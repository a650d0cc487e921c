import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeliveryError } from "../../src/contracts.ts";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { createJudge } from "../../src/destinations/hubspot/failure.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { notTakenLines, withWhatIsTaken } from "../../src/destinations/not-taken.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { openCrm } from "./hubspot/open-crm.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { openDesk as openOrg } from "./salesforce/desk.ts";

const words = "{{ message | text }}";
const parts = { log: createArrayLog() };
const text = (body: string) => makeText(body, { contact: { waId: "15555550123", name: "Mia" } });

describe("which field it costs that does not take what a customer wrote", () => {
  it("each that is refused, one after the other, and no other", async () => {
    const kept = new Map<string, string>();
    const given = { size: "large", city: "Berlin", date: `soon\n${"x".repeat(200)}` };
    const done = await withWhatIsTaken({ fields: given, object: "deal", kept }, async (fields) => {
      const [name] = ["size", "date"].filter((each) => each in fields);
      if (name !== undefined) throw new DeliveryError("refused", "no", { fields: [name] });
      return fields;
    });
    assert.deepEqual(done, { city: "Berlin" });
    assert.deepEqual([...kept.keys()], ["deal.size", "deal.date"]);
    const [, date = ""] = notTakenLines("Acme", kept);
    assert.match(date, /^deal.date: Acme did not take "soon x+…"$/);
    assert.ok(date.length < 150, date);
  });

  it("ten are told of on the record", () => {
    const many = new Map(Array.from({ length: 30 }, (_, at) => [`deal.${at}`, "x"] as const));
    assert.equal(notTakenLines("Acme", many).length, 10);
  });

  it("hubspot: one that is not there pauses, whatever else is refused beside it", () => {
    const names = new Set(["size", "none"]);
    const judge = createJudge({ properties: names, fromEvents: names });
    const list = [
      { error: "INVALID_OPTION", name: "size" },
      { error: "PROPERTY_DOESNT_EXIST", name: "none" },
    ];
    const json = { message: `Property values were not valid: ${JSON.stringify(list)}` };
    const answer = { status: 400, json, text: "", headers: {}, afterMs: undefined, end: "whole" };
    assert.equal(judge(answer as never)?.verdict, "config");
  });

  it("hubspot: the owner who has left since the options were written", async () => {
    const deal = { when: ["whatsapp.message.*"], owner: "77" };
    const crm = await openCrm({ deal }, { specification: false });
    crm.portal.properties.get("0-3")?.set("hubspot_owner_id", { options: ["78"] });
    const done = await crm.deliver(text("hello"));
    assert.deepEqual(done.notTaken, ["deal.hubspot_owner_id"]);
    assert.equal(crm.portal.all("0-3").length, 1);
    await crm.close();
  });

  it("salesforce: of the Task and of what is kept up to date too, each of its own record", async () => {
    const desk = await openOrg({
      update: { Size__c: words },
      task: { fields: { Size__c: words, Length__c: words } },
    });
    const { Contact = {}, Task = {} } = desk.org.objects;
    Contact["Size__c"] = { choices: ["S"] };
    Task["Size__c"] = {};
    Task["Length__c"] = { choices: ["1"] };
    const done = await desk.tell(text("large"));
    assert.deepEqual(done.notTaken, ["person.Size__c", "task.Length__c"]);
    const { Size__c: size, Length__c: length } = desk.first("Task");
    assert.deepEqual(
      [size, length, desk.first("Contact")["Size__c"]],
      ["large", undefined, undefined],
    );
    await desk.close();
  });

  it("freshdesk: the agent whom an event names and who is not there", async () => {
    const { stub, desk, held } = await startFreshdeskStub();
    held.choices = { responder_id: [7] };
    const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: stub.url, agent: words };
    const support = freshdesk.create("desk", given, parts);
    const done = await delivering(support).deliver(text("99"));
    assert.deepEqual([done.notTaken, desk.tickets.size], [["ticket.responder_id"], 1]);
    await Promise.all([support.close(), stub.close()]);
  });

  it("intercom: where the note that says so is refused, what was said arrives all the same", async () => {
    const { stub, workspace } = await startIntercomStub({
      acts: ({ method }) => method === "POST",
    });
    const given = { token: intercomToken, baseUrl: stub.url, attributes: { size: words } };
    const inbox = intercom.create("desk", given, parts);
    workspace.attributes.add("size");
    // The search, the contact with and without the attribute, the note.
    stub.fail("none", { status: 400, body: "{}" }, "none", { status: 422, body: "{}" });
    await delivering(inbox).deliver(text("large"));
    assert.deepEqual(
      workspace.effects.map(({ body }) => body),
      ["<p>large</p>"],
    );
    await Promise.all([inbox.close(), stub.close()]);
  });
});
