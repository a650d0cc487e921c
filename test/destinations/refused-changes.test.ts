import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freshdesk } from "../../src/destinations/freshdesk/freshdesk.ts";
import { intercom } from "../../src/destinations/intercom/intercom.ts";
import { makeText } from "../store/make-events.ts";
import { createArrayLog } from "../support/array-log.ts";
import { delivering } from "./delivering.ts";
import { addContact as addToFreshdesk } from "./freshdesk/desk.ts";
import { freshdeskKey, startFreshdeskStub } from "./freshdesk/stub.ts";
import { openCrm } from "./hubspot/open-crm.ts";
import { intercomToken, startIntercomStub } from "./intercom/stub.ts";
import { addContact as addToIntercom } from "./intercom/workspace.ts";
import type { StubRequest } from "./stub.ts";
import { openDesk } from "./zendesk/desk.ts";

const parts = { log: createArrayLog() };
const isChange = ({ method }: Pick<StubRequest, "method">) =>
  method === "PUT" || method === "PATCH";
const refusal = { status: 422, body: "{}" };
const mia = { waId: "15555550123", name: "Mia" };

/** A phone that another record has, a name that a rule of the account forbids: the person would be silenced for good. */
describe("a change to a person's record that the vendor refuses", () => {
  it("keeps back nothing that was said, and is not tried with each message: freshdesk", async () => {
    const { stub, desk } = await startFreshdeskStub({ acts: isChange });
    addToFreshdesk(desk, { name: "", phone: "+15555550123" });
    const given = { domain: "acme", apiKey: freshdeskKey, baseUrl: stub.url };
    const support = freshdesk.create("desk", given, parts);
    const { deliver, contactLinks } = delivering(support);
    stub.fail(refusal);
    for (const text of ["one", "two"]) await deliver(makeText(text, { contact: mia }));
    assert.equal(desk.effects.length, 2);
    assert.equal(stub.requests.filter(isChange).length, 1);
    assert.deepEqual(
      [...contactLinks.values()].map(({ name }) => name),
      [undefined],
      "the name there is not ours",
    );
    await Promise.all([support.close(), stub.close()]);
  });

  it("keeps back nothing that was said, and is not tried with each message: intercom", async () => {
    const { stub, workspace } = await startIntercomStub({ acts: isChange });
    addToIntercom(workspace, { phone: "+15555550123" });
    const given = { token: intercomToken, baseUrl: stub.url };
    const inbox = intercom.create("desk", given, parts);
    const { deliver } = delivering(inbox);
    stub.fail(refusal);
    for (const text of ["one", "two"]) await deliver(makeText(text, { contact: mia }));
    assert.equal(workspace.effects.length, 2);
    assert.equal(stub.requests.filter(isChange).length, 1);
    await Promise.all([inbox.close(), stub.close()]);
  });

  it("keeps back nothing that was said, and is not tried with each message: hubspot", async () => {
    const crm = await openCrm({}, { specification: false, disturbed: "all" });
    const { id } = crm.portal.given("contacts", { whatsapp_id: mia.waId });
    const none = Array.from({ length: 1 }, () => "none" as const);
    crm.stub.fail(...none, { status: 400, body: "{}" });
    for (const text of ["one", "two"]) await crm.deliver(makeText(text, { contact: mia }));
    assert.equal(crm.messages().length, 2);
    const changes = crm.stub.requests.filter(isChange);
    assert.deepEqual(
      changes.map(({ path }) => path.endsWith(`/contacts/${id}`)),
      [true],
    );
    await crm.close();
  });

  it("keeps back nothing that was said, and is not tried with each message: zendesk", async () => {
    const desk = await openDesk();
    desk.stub.books.addUser({ name: "+1 555-555-0123", phone: "+15555550123" });
    const changes = () =>
      desk.stub.requests.filter(({ method, path }) => method === "PUT" && /users/.test(path));
    desk.stub.hit(({ method, path }) => method === "PUT" && /users/.test(path));
    desk.stub.fail(refusal);
    for (const text of ["one", "two"]) await desk.say(desk.text(text));
    assert.deepEqual([desk.tickets()[0]?.comments.length, changes().length], [2, 1]);
    await desk.close();
  });
});
