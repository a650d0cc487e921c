import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { StubRequest } from "../stub.ts";
import type { StubUser } from "./books.ts";
import { type Desk, day, openDesk } from "./desk.ts";

/** People delete a record after Waypost has looked at it and before it writes. */
describe("what is deleted in Zendesk between the look and the write", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());
  /** Right before the first request of this kind is served. */
  const before = (isIt: (request: StubRequest) => boolean, act: () => void) => {
    let isOver = false;
    desk.stub.hit((request) => {
      if (!isOver && isIt(request)) {
        isOver = true;
        act();
      }
      return false;
    });
    return () => assert.ok(isOver, "it was deleted in time");
  };
  const changesUser = ({ method, path }: StubRequest) =>
    method === "PUT" && path.startsWith("/api/v2/users/");
  const alive = () => desk.people().filter(({ active }) => active);
  const purge = ({ id }: StubUser) => desk.stub.books.users.delete(id);
  const lastAuthor = () => desk.tickets().at(-1)?.comments.at(-1)?.author_id;

  it("a user who gets another name is made again, and the comment arrives", async () => {
    await desk.say(desk.text("hi"));
    const [user] = alive();
    assert.ok(user);
    const inTime = before(changesUser, () => {
      user.active = false;
    });
    const contact = { waId: "15555550123", name: "Mia Berg" };
    await desk.say(desk.text("again", { contact }));
    inTime();
    assert.deepEqual(
      alive().map(({ name }) => name),
      ["Mia Berg"],
    );
    assert.equal(lastAuthor(), alive()[0]?.id);
  });

  it("a user whose numbers are looked through is not the one", async () => {
    const known = desk.stub.books.addUser({
      ...{ name: "Ana", phone: null, identities: ["+15555550123"] },
    });
    const inTime = before(
      ({ path }) => path.includes("/identities"),
      () => purge(known),
    );
    await desk.say(desk.text("hi"));
    inTime();
    assert.equal(alive().length, 1);
    assert.equal(lastAuthor(), alive()[0]?.id);
  });

  it("a user whom the search still finds, by the number or by our id, is made again", async () => {
    const known = desk.stub.books.addUser({ name: "Ana", phone: "+15555550123" });
    desk.stub.books.ghosts.add(known);
    purge(known);
    await desk.say(desk.text("hi"));
    const [ours] = alive();
    assert.ok(ours);
    assert.equal(lastAuthor(), ours.id);

    desk.contactLink = undefined;
    desk.stub.books.ghosts.add(ours);
    purge(ours);
    await desk.say(desk.text("again"));
    assert.equal(alive().length, 1);
    assert.equal(lastAuthor(), alive()[0]?.id);
  });

  it("a closed ticket that a new one was to follow is followed by none", async () => {
    await desk.say(desk.text("hi"));
    const [ticket] = desk.tickets();
    assert.ok(ticket);
    desk.stub.books.set(ticket.id, { status: "closed" });
    await desk.clock.advance(day);
    const inTime = before(
      ({ method, path }) => method === "POST" && path === "/api/v2/tickets",
      () => desk.stub.books.set(ticket.id, { status: "deleted" }),
    );
    await desk.say(desk.text("again"));
    inTime();
    const [, anew, ...others] = desk.tickets();
    assert.deepEqual(others, []);
    assert.equal(anew?.via_followup_source_id, undefined);
    assert.equal(anew?.comments.length, 1);
  });
});
