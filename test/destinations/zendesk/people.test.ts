import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DeliveryError } from "../../../src/contracts.ts";
import { type Desk, openDesk } from "./desk.ts";

/** Names as the rules of docs/destinations/zendesk.md give them. */
describe("who the requester is in Zendesk", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  const brazilian = { waId: "551187654321", name: "Rui" };
  const from = (contact: object) => desk.text("hi", { contact });

  it("is made once, with an external id, the phone and the profile name", async () => {
    await desk.say(desk.text("hi"));
    await desk.say(desk.text("ho"));
    const [user, ...others] = desk.people();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [user?.external_id, user?.phone, user?.name],
      ["wa:15555550123", "+15555550123", "Mia"],
    );
    assert.equal(desk.tickets()[0]?.requester_id, user?.id);
    assert.equal(desk.tickets()[0]?.comments[0]?.author_id, user?.id);
  });

  it("is one person whatever the notation: adopted with the ninth digit, blanks and dashes", async () => {
    const known = desk.stub.books.addUser({ name: "Rui Costa", phone: "+55 11 98765-4321" });
    await desk.say(from(brazilian));
    assert.deepEqual(desk.people(), [{ ...known }], "nothing of theirs was written");
    assert.equal(known.external_id, undefined);
    assert.equal(desk.tickets()[0]?.requester_id, known.id);
  });

  it("is adopted by a phone among the identities", async () => {
    const known = desk.stub.books.addUser({
      name: "Ana",
      phone: null,
      identities: ["+15555550123"],
    });
    await desk.say(desk.text("hi"));
    assert.equal(desk.people().length, 1);
    assert.equal(desk.tickets()[0]?.requester_id, known.id);
    await desk.say(desk.text("hi again"));
    const { name, phone, external_id } = desk.people()[0] ?? {};
    assert.deepEqual([name, phone, external_id ?? null], ["Ana", null, null], "it is theirs");
  });

  it("is never another whose number only looks alike, nor an agent", async () => {
    const { addUser } = desk.stub.books;
    addUser({ name: "Other country", phone: "+445555550123" });
    addUser({ name: "An agent", phone: "+15555550123", role: "agent" });
    await desk.say(desk.text("hi"));
    assert.deepEqual(
      desk.people().map(({ name }) => name),
      ["Other country", "Mia"],
    );
    assert.equal(desk.tickets()[0]?.requester_id, desk.people()[1]?.id);
  });

  it("rule 2: is never one who is marked as another WhatsApp account, whose phone it is too", async () => {
    const { addUser } = desk.stub.books;
    const hers = { external_id: "wa:491700000009", identities: ["+15555550123"] };
    addUser({ name: "Her", phone: "+491700000009", ...hers });
    addUser({ name: "Him", phone: "+15555550123", external_id: "wa:DE.77" });
    await desk.say(desk.text("hi"));
    assert.deepEqual(
      desk.people().map(({ external_id }) => external_id),
      ["wa:491700000009", "wa:DE.77", "wa:15555550123"],
    );
    assert.equal(desk.tickets()[0]?.requester_id, desk.people()[2]?.id);
  });

  it("of several with the number is the one with the number as it is, then the newest", async () => {
    const { addUser } = desk.stub.books;
    addUser({ name: "Ninth", phone: "+5511987654321", updated_at: "2026-11-19T00:00:00Z" });
    addUser({ name: "Old", phone: "+551187654321", updated_at: "2026-01-01T00:00:00Z" });
    const newest = addUser({
      name: "New",
      phone: "551187654321",
      updated_at: "2026-10-01T00:00:00Z",
    });
    await desk.say(from(brazilian));
    assert.equal(desk.tickets()[0]?.requester_id, newest.id);
  });

  it("known by a BSUID alone has no phone; the phone comes later, to the same user", async () => {
    const userId = "DE.7410258963";
    await desk.say(from({ userId, name: "Mia" }));
    const [user] = desk.people();
    assert.deepEqual([user?.external_id, user?.phone], [`wa:${userId}`, null]);
    desk.contact = { userIds: [userId], phones: ["15555550123"], name: "Mia" };
    await desk.say(from({ userId, waId: "15555550123", name: "Mia" }));
    assert.equal(desk.people().length, 1);
    assert.equal(user?.phone, "+15555550123");
  });

  it("is found again by either id when nothing is remembered", async () => {
    const userId = "DE.7410258963";
    await desk.say(from({ userId }));
    desk.contactLink = undefined;
    await desk.say(from({ userId, waId: "15555550123" }));
    assert.equal(desk.people().length, 1);
  });

  it("a BSUID that stands where a phone used to is no phone", async () => {
    await desk.say(from({ waId: "BR.123456789012" }));
    const [user] = desk.people();
    assert.deepEqual([user?.external_id, user?.phone], ["wa:BR.123456789012", null]);
  });

  it("of whom neither phone nor BSUID may be told is known by Waypost's own id", async () => {
    desk.contact = { id: "ctc_7", name: "Mia" };
    await desk.say(from({ name: "Mia" }));
    await desk.say(from({ name: "Mia" }));
    assert.deepEqual(
      desk.people().map(({ external_id }) => external_id),
      ["wa:ctc_7"],
    );
  });

  it("two people are never one", async () => {
    await desk.say(from({ waId: "15555550123", name: "Mia" }));
    desk.contactLink = undefined;
    await desk.say(from({ waId: "15555550124", name: "Mia" }));
    assert.equal(desk.people().length, 2);
  });

  it("who was deleted by a person is made again, once", async () => {
    await desk.say(desk.text("hi"));
    const [user] = desk.people();
    assert.ok(user);
    user.active = false;
    await desk.say(desk.text("again"));
    await desk.say(desk.text("and again"));
    const alive = desk.people().filter(({ active }) => active);
    assert.equal(alive.length, 1);
    assert.equal(desk.people().length, 2);
    assert.equal(desk.tickets()[0]?.comments.at(-1)?.author_id, alive[0]?.id);
  });

  it("a comment that is refused for another reason makes nobody anew", async () => {
    await desk.say(desk.text("hi"));
    desk.stub.fail({ status: 422, body: '{"error":"RecordInvalid"}' });
    const outcome = await desk.try(desk.text("refused"));
    assert.ok(outcome instanceof DeliveryError);
    assert.equal(outcome.verdict, "refused");
    assert.match(outcome.message, /RecordInvalid/);
    assert.equal(desk.people().length, 1);
  });

  describe("by name", () => {
    const renamed = (name: string) => desk.text("hi", { contact: { waId: "15555550123", name } });
    const nameIs = (name: string) => assert.equal(desk.people()[0]?.name, name);

    it("follows the profile as long as it is what Waypost wrote", async () => {
      await desk.say(renamed("Mia"));
      await desk.say(renamed("Mia M."));
      nameIs("Mia M.");
    });

    it("is an agent's once the agent has changed it", async () => {
      await desk.say(renamed("Mia"));
      Object.assign(desk.people()[0] ?? {}, { name: "Mia Meyer (VIP)" });
      await desk.say(renamed("Mimi"));
      nameIs("Mia Meyer (VIP)");
      desk.contactLink = undefined;
      await desk.say(renamed("Mimi M."));
      nameIs("Mia Meyer (VIP)");
    });

    it("that is the phone is replaced; of an adopted user it stays", async () => {
      desk.stub.books.addUser({ name: "+1 555-555-0123", phone: "+15555550123" });
      await desk.say(renamed("Mia"));
      nameIs("Mia");
      assert.equal(desk.people().length, 1);
    });

    it("always and never are options", async () => {
      for (const [policy, expected] of [
        ["always", "Mia"],
        ["never", "Customer 7"],
      ]) {
        const other = await openDesk({ name: policy });
        other.stub.books.addUser({ name: "Customer 7", phone: "+15555550123" });
        await other.say(other.text("hi"));
        assert.equal(other.people()[0]?.name, expected, policy);
        await other.close();
      }
    });

    it("is asked for once, not with every message", async () => {
      desk.stub.books.addUser({ name: "Customer 7", phone: "+15555550123" });
      await desk.say(renamed("Mia"));
      const before = desk.stub.requests.length;
      await desk.say(renamed("Mia"));
      const asked = desk.stub.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
      const ticket = desk.tickets()[0]?.id;
      assert.deepEqual(asked, [`GET /api/v2/tickets/${ticket}`, `PUT /api/v2/tickets/${ticket}`]);
    });
  });
});
