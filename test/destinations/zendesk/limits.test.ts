import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { zendesk } from "../../../src/destinations/zendesk/zendesk.ts";
import { createArrayLog } from "../../support/array-log.ts";
import { type Desk, openDesk } from "./desk.ts";
import { clientId, clientSecret } from "./stub.ts";

describe("what Zendesk limits and refuses", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  const failing = async (body = "x") => {
    const outcome = await desk.try(desk.text(body));
    assert.ok(outcome instanceof DeliveryError, "delivered");
    return outcome;
  };
  const refusedBy = (status: number) => desk.stub.refusals.filter((each) => each.status === status);

  it("a ticket's 30 updates in 10 minutes: the conversation waits, before Zendesk has to say so", async () => {
    for (let at = 0; at <= 30; at += 1) await desk.say(desk.text(`${at}`));
    await desk.clock.advance(60_000);
    const full = await failing();
    assert.deepEqual([full.verdict, full.laneOnly, full.maybeDone], ["outage", true, false]);
    assert.equal(full.afterMs, 540_000);
    assert.deepEqual(refusedBy(429), []);
    await desk.clock.advance(540_000);
    await desk.say(desk.text("again"));
    assert.deepEqual(refusedBy(429), []);
  });

  it("the same when a restart has forgotten them: as Zendesk says", async () => {
    for (let at = 0; at <= 30; at += 1) await desk.say(desk.text(`${at}`));
    const restarted = desk.again();
    const full = await restarted.try(desk.text("x"));
    assert.ok(full instanceof DeliveryError);
    assert.deepEqual([full.verdict, full.laneOnly, full.afterMs], ["outage", true, 600_000]);
    assert.equal(refusedBy(429).length, 1);
    await restarted.destination.close();
  });

  it("half of them used up: both sides speak in one comment", async () => {
    for (let at = 0; at <= 15; at += 1) await desk.say(desk.text(`${at}`));
    const ours = desk.text("c", { type: "whatsapp.outgoing.text" });
    assert.equal(await desk.sayAll(desk.text("b"), ours), 1);
  });

  it("a 429 of the account is an outage of all, until it says", async () => {
    const headers = { "retry-after": "41", "x-rate-limit-remaining": "0" };
    desk.stub.fail({ status: 429, headers });
    const outcome = await failing();
    assert.deepEqual(
      [outcome.verdict, outcome.laneOnly, outcome.afterMs],
      ["outage", false, 41_000],
    );
  });

  it("a token that is revoked is replaced, without a word", async () => {
    await desk.say(desk.text("first"));
    desk.stub.revoke();
    await desk.say(desk.text("second"));
    assert.equal(desk.tickets()[0]?.comments.length, 2);
  });

  it("a token is replaced before it expires", async () => {
    await desk.say(desk.text("first"));
    await desk.clock.advance(7_199_000);
    await desk.say(desk.text("second"));
    assert.deepEqual(refusedBy(401), []);
  });

  it("a client that is not known, or lacks a scope, is for people to mend; then all arrives", async () => {
    desk.stub.knowsClient = false;
    const unknown = await failing();
    assert.equal(unknown.verdict, "config");
    assert.match(unknown.message, /invalid_client: check the client id and its secret/);
    desk.stub.knowsClient = true;
    desk.stub.scope = "read";
    const narrow = await failing();
    assert.equal(narrow.verdict, "config");
    assert.match(narrow.message, /403.*scopes read and write/);
    desk.stub.scope = "read write";
    desk.stub.revoke();
    await desk.say(desk.text("at last"));
    assert.equal(desk.tickets().length, 1);
  });

  it("a name that the options give and Zendesk lacks is found by the check", async () => {
    const other = desk.again({ group: 77, fields: { "360009": "x" } });
    const checks = await other.destination.check(AbortSignal.timeout(5_000));
    const bad = checks.filter(({ ok }) => !ok);
    assert.deepEqual(
      bad.map(({ name }) => name),
      ["field 360009"],
    );
    assert.match(bad[0]?.detail ?? "", /correct its id/);
    assert.ok(checks.some(({ name, ok }) => name === "group 77" && ok));
    await other.destination.close();
  });

  it("a group that somebody has deleted is for people to mend, then all arrives", async () => {
    const other = desk.again({ group: 77 });
    await other.say(desk.text("first", { contact: { waId: "491700000001" } }));
    for (const isDeleted of [true, undefined]) {
      if (isDeleted) desk.stub.books.groups.set(77, isDeleted);
      else desk.stub.books.groups.delete(77);
      const paused = await other.try(desk.text("hello"));
      assert.ok(paused instanceof DeliveryError && paused.verdict === "config", String(paused));
      assert.match(paused.message, /Zendesk has no group 77: correct its id/);
    }
    desk.stub.books.groups.set(77, false);
    desk.stub.fail({ status: 422, body: '{"error":"RecordInvalid"}' });
    const refused = await other.try(desk.text("hello"));
    assert.ok(refused instanceof DeliveryError && refused.verdict === "refused", "not the group's");
    await other.say(desk.text("hello"));
    assert.equal(desk.tickets().length, 2);
    await other.destination.close();
  });

  it("the check says who the client acts as, and what is missing", async () => {
    const check = () => desk.destination.check(AbortSignal.timeout(5_000));
    assert.match((await check())[0]?.detail ?? "", /acts as the agent Waypost/);
    desk.stub.books.me.role = "end-user";
    assert.match((await check())[0]?.detail ?? "", /let an agent or admin make it/);
    desk.stub.knowsClient = false;
    desk.stub.revoke();
    assert.equal((await check())[0]?.ok, false);
  });

  it("options that cannot be are refused with the remedy", () => {
    const create = (options: object) => () =>
      zendesk.create("support", { clientId, clientSecret, ...options }, { log: createArrayLog() });
    assert.throws(create({ baseUrl: "acme" }), /support\.baseUrl is not an address/);
    assert.throws(
      create({ subdomain: "acme", debounce: "2min" }),
      /debounce is longer than a minute/,
    );
    assert.throws(
      create({ subdomain: "acme", subject: "{{ x" }),
      /support\.subject is not a template/,
    );
    assert.throws(
      create({ subdomain: "acme", newAfter: "1d" }),
      /support\.newAfter is shorter than reopenWithin/,
    );
  });
});

describe("what Zendesk is not told", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
    desk.surroundings = () => ({ shadow: true });
  });
  afterEach(() => desk.close());

  it("in shadow nothing is written, and it says what would have been", async () => {
    const { answer, link } = await desk.say(desk.text("hi"));
    assert.equal(answer, "would create a user, create a ticket");
    assert.equal(link, undefined);
    assert.deepEqual([desk.people().length, desk.tickets().length], [0, 0]);
    const { addUser } = desk.stub.books;
    for (const name of ["A", "B"]) addUser({ name, phone: "+15555550123" });
    assert.equal((await desk.say(desk.text("hi"))).answer, "would create a ticket; 2 by phone");
  });

  it("in shadow an update of a ticket that is there", async () => {
    desk.surroundings = () => ({});
    await desk.say(desk.text("hi"));
    const [ticket] = desk.tickets();
    assert.ok(ticket);
    desk.stub.books.set(ticket.id, { status: "solved" });
    desk.surroundings = () => ({ shadow: true });
    const { answer } = await desk.say(desk.text("ho"));
    assert.equal(answer, `would comment on ticket ${ticket.id} and open it again`);
    assert.equal(ticket.comments.length, 1);
  });
});

describe("taking a person out of Zendesk", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  const erase = () => {
    const links = [...desk.links.values()];
    const person = { contact: undefined, contactLink: desk.contactLink, links };
    return desk.destination.erase?.(person, AbortSignal.timeout(5_000)) ?? assert.fail("it cannot");
  };

  it("deletes all tickets of the conversation and the user for good, and may be repeated", async () => {
    await desk.say(desk.text("first"));
    const [first] = desk.tickets();
    assert.ok(first);
    desk.stub.books.set(first.id, { status: "closed" });
    await desk.say(desk.text("second"));
    assert.equal(desk.tickets().length, 2);
    const results = await erase();
    assert.deepEqual(
      results.map(({ object, result }) => `${object} ${result}`),
      ["ticket deleted", "ticket deleted", "user deleted"],
    );
    assert.deepEqual([desk.tickets(), desk.people()], [[], []]);
    assert.ok((await erase()).every(({ result }) => result === "absent"));
  });

  it("leaves a user who was there before to a person, with the address", async () => {
    const known = desk.stub.books.addUser({ name: "Mia Meyer", phone: "+15555550123" });
    await desk.say(desk.text("first"));
    const user = (await erase()).find(({ object }) => object === "user");
    assert.equal(user?.result, "by hand");
    assert.ok(user?.url?.endsWith(`/agent/users/${known.id}`));
    assert.equal(desk.people().length, 1);
    assert.deepEqual(desk.tickets(), []);
  });
});
