import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Destination } from "../../../src/contracts.ts";
import { OptionError } from "../../../src/destinations/destination-kind.ts";
import { intercom } from "../../../src/destinations/intercom/intercom.ts";
import { makeText } from "../../store/make-events.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { delivering } from "../delivering.ts";
import { type IntercomStub, intercomToken, startIntercomStub } from "./stub.ts";
import { addContact } from "./workspace.ts";

describe("Intercom's credentials, requirements and erasing", () => {
  let server: IntercomStub;
  let destination: Destination;
  const signal = () => AbortSignal.timeout(5_000);
  beforeEach(async () => {
    server = await startIntercomStub();
    const attributes = { city: "{{ contact.city }}" };
    const options = { token: intercomToken, baseUrl: server.stub.url, admin: "814860", attributes };
    destination = intercom.create("desk", options, { log: createArrayLog() });
  });
  afterEach(async () => {
    await destination.close();
    await server.stub.close();
  });

  it("doctor says what is missing, and how to mend it", async () => {
    const checks = await destination.check(signal());
    assert.deepEqual(
      checks.map(({ name, ok }) => [name, ok]),
      [
        ["token", true],
        ["admin", true],
        ["contacts", true],
        ["conversations", true],
        ['the custom attribute "city" of contacts', false],
      ],
    );
    server.held.forbidden = true;
    const unread = (await destination.check(signal())).filter(({ ok }) => !ok);
    assert.deepEqual(
      unread.map(({ name }) => name),
      ["admin", "contacts", "conversations", "attributes"],
    );
    assert.match(unread.at(-1)?.detail ?? "", /403 action_forbidden: the app may not do this/);
    server.held.token = "another one";
    const [token, ...rest] = await destination.check(signal());
    assert.match(token?.detail ?? "", /401 unauthorized: the access token is not valid/);
    assert.deepEqual(rest, []);
  });

  it("what must be there is made on demand", async () => {
    const [missing] = (await destination.requirements?.(signal())) ?? [];
    assert.equal(missing?.there, false);
    await missing.create?.(signal());
    const [made] = (await destination.requirements?.(signal())) ?? [];
    assert.equal(made?.there, true);
  });

  it("a revoked token and a missing permission pause, with the remedy", async () => {
    const { fails, deliver } = delivering(destination);
    server.held.forbidden = true;
    const forbidden = await fails(makeText("one"));
    assert.equal(forbidden.verdict, "config");
    assert.match(forbidden.message, /action_forbidden: the app may not do this/);
    server.held.forbidden = false;
    server.held.token = "another one";
    const revoked = await fails(makeText("two"));
    assert.equal(revoked.verdict, "config");
    assert.match(revoked.message, /unauthorized: the access token is not valid: copy it again/);
    server.held.token = intercomToken;
    await deliver(makeText("three"));
    assert.equal(server.workspace.effects.length, 1);
  });

  it("deletes the conversations and the contact that were made; the second time they are absent", async () => {
    const { deliver, links, contactLinks } = delivering(destination);
    server.workspace.attributes.add("city");
    await deliver(makeText("one", { at: 0 }));
    await deliver(makeText("two", { at: 15 * 86_400 }));
    assert.equal(server.workspace.conversations.size, 2);
    const [contactLink] = contactLinks.values();
    const person = { contact: undefined, contactLink, links: [...links.values()] };
    const results = async () =>
      (await destination.erase?.(person, signal()))?.map(({ object, result }) => [object, result]);
    const each = (result: string) => [
      ["conversation", result],
      ["conversation", result],
      ["contact", result],
    ];
    assert.deepEqual(await results(), each("deleted"));
    assert.deepEqual([server.workspace.contacts.size, server.workspace.conversations.size], [0, 0]);
    assert.deepEqual(await results(), each("absent"));
  });

  it("leaves a contact that was there before to a person", async () => {
    const mine = addContact(server.workspace, { phone: "+15555550123" });
    const { deliver, links, contactLinks } = delivering(destination);
    await deliver(makeText("one"));
    const [contactLink] = contactLinks.values();
    const person = { contact: undefined, contactLink, links: [...links.values()] };
    const [, contact] = (await destination.erase?.(person, signal())) ?? [];
    assert.deepEqual([contact?.result, contact?.id], ["by hand", mine.id]);
    assert.match(contact?.url ?? "", /\/users\//);
    assert.equal(server.workspace.contacts.size, 1);
  });

  it("refuses options that cannot be used", () => {
    const make = (options: object) => () =>
      intercom.create("desk", { token: intercomToken, ...options }, { log: createArrayLog() });
    assert.throws(make({ baseUrl: "intercom" }), OptionError);
    assert.throws(make({ token: "two words" }), OptionError);
    assert.throws(make({ reopenWithin: "20d", newAfter: "14d" }), OptionError);
    assert.throws(make({ text: "{{ message" }), OptionError);
  });
});
