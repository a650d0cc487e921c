import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { waitFor } from "../support/wait-for.ts";
import { person, wamid } from "./person.ts";
import { startUseCases, type UseCaseProgram } from "./use-case-program.ts";

let run: UseCaseProgram;
before(async () => {
  run = await startUseCases();
});
after(() => run.end());

type Person = ReturnType<typeof person>;
const three = (...phones: [string, string, string]) =>
  phones.map((phone) => person(phone)) as [Person, Person, Person];

/** What the route had waiting for this event has come to its end. */
async function ended(phone: string, route: string, type: string) {
  await waitFor(
    `${route} of ${phone}`,
    async () => {
      const event = (await run.eventsOf(phone)).findLast((each) => each.type === type);
      const rows = event === undefined ? [] : await run.rowsOf(event.id);
      const row = rows.find((each) => each.route === route);
      return row?.state === "delivered" || row?.state === "skipped";
    },
    20_000,
  );
}

describe("the use cases of what waits, while the office is open", { concurrency: 8 }, () => {
  const template = "whatsapp.outgoing.template";

  it("unread, unread-2: a reminder that was delivered, not read and not paid is sent again", async () => {
    const [mia, reader, payer] = three("15555550401", "15555550402", "15555550403");
    for (const each of [mia, reader, payer]) {
      const id = wamid();
      await run.tell(each.isSent("payment_reminder", id));
      await run.send(each.status(id, "delivered"));
      if (each === reader) await run.send(each.status(id, "read"));
      if (each === payer) await run.tell(each.does("payment.succeeded"));
    }
    for (const each of [mia, reader, payer]) await ended(each.phone, "unread", template);
    assert.deepEqual(await run.business(mia.phone, "business.reminder.unread"), [{}]);
    assert.deepEqual(await run.heard(mia.phone, "unread-2"), [
      "unread-2 whatsapp business.reminder.unread",
    ]);
    for (const each of [reader, payer]) {
      assert.deepEqual(await run.business(each.phone, "business.reminder.unread"), []);
    }
    const other = person("15555550404");
    await run.tell(other.isSent("newsletter", wamid()));
    await ended(other.phone, "no-status", template);
    assert.deepEqual(await run.business(other.phone, "business.reminder.unread"), []);
  });

  it("no-status: what we sent and nobody heard of again", async () => {
    const [lost, arrived, refused] = three("15555550405", "15555550406", "15555550407");
    for (const each of [lost, arrived, refused]) {
      const id = wamid();
      await run.tell(each.isSent("answer", id));
      if (each === arrived) await run.send(each.status(id, "sent"));
      if (each === refused) await run.send(each.status(id, "failed", { errors: [{ code: 1 }] }));
    }
    for (const each of [lost, arrived, refused]) await ended(each.phone, "no-status", template);
    assert.deepEqual(await run.heard(lost.phone, "no-status"), [`no-status slack ${template}`]);
    for (const each of [arrived, refused]) {
      assert.deepEqual(await run.heard(each.phone, "no-status"), []);
    }
  });

  it("sla: who waits too long for a human, once until somebody answers", async () => {
    const [waiting, answered, botOnly] = three("15555550408", "15555550409", "15555550410");
    const text = "whatsapp.message.text";
    for (const each of [waiting, answered, botOnly]) await run.send(each.says("Hello?"));
    await run.send(answered.isWritten("Hello!"));
    await run.tell(botOnly.isSentText("I am a robot", { sentBy: "bot" }));
    for (const each of [waiting, answered, botOnly]) await ended(each.phone, "sla", text);
    const heard = [`sla slack ${text}`];
    assert.deepEqual(await run.heard(waiting.phone, "sla"), heard);
    assert.deepEqual(await run.heard(answered.phone, "sla"), []);
    assert.deepEqual(await run.heard(botOnly.phone, "sla"), heard);
    // Told already, until somebody answers.
    await run.send(waiting.says("Hello??"));
    await run.settle(waiting.phone);
    await ended(waiting.phone, "sla", text);
    assert.deepEqual(await run.heard(waiting.phone, "sla"), heard);
    await run.send(waiting.isWritten("Sorry"));
    await run.settle(waiting.phone);
    await run.send(waiting.says("And now?"));
    await run.settle(waiting.phone);
    await ended(waiting.phone, "sla", text);
    assert.deepEqual(await run.heard(waiting.phone, "sla"), [...heard, ...heard]);
  });
});

describe("the use cases of hours and outages", () => {
  const text = "whatsapp.message.text";
  const rowOf = async (phone: string, destination: string) => {
    const [event] = await run.eventsOf(phone);
    const rows = await run.rowsOf(event?.id ?? "");
    return rows.find((row) => row.destination === destination);
  };

  it("away: who opens a conversation out of hours is told, by when they wrote", async () => {
    const [inHours, outOfHours, stale] = three("15555550411", "15555550412", "15555550413");
    // In hours, and the answer's way is broken until after them.
    await run.pause("whatsapp");
    await run.send(inHours.says("In hours"));
    await run.settle(inHours.phone);
    await run.reload("closed");
    await run.resume("whatsapp");
    assert.deepEqual(await run.heard(inHours.phone, "away"), []);
    // Out of hours, and it is broken until they begin.
    await run.pause("whatsapp");
    await run.send(outOfHours.says("Out of hours"));
    await run.send(outOfHours.says("Hello?"));
    await run.settle(outOfHours.phone);
    await run.reload("open");
    await run.resume("whatsapp");
    assert.deepEqual(await run.heard(outOfHours.phone, "away"), [`away whatsapp ${text}`]);
    assert.equal(
      run.bookOf(outOfHours.phone).find(({ route }) => route === "away")?.event?.data.message?.text
        ?.body,
      "Out of hours",
    );
    // What is too late is not said.
    await run.reload("closed", "10ms");
    await run.pause("whatsapp");
    await run.send(stale.says("Too late"));
    await run.settle(stale.phone);
    await run.resume("whatsapp");
    assert.deepEqual(await run.heard(stale.phone, "away"), []);
    assert.equal((await rowOf(stale.phone, "whatsapp"))?.reason, "away: maxAge");
  });

  it("sla: only office hours count", async () => {
    const mia = person("15555550414");
    await run.reload("closed");
    await run.send(mia.says("At night"));
    await run.settle(mia.phone);
    const [event] = await run.eventsOf(mia.phone);
    const row = (await run.rowsOf(event?.id ?? "")).find(({ route }) => route === "sla");
    assert.equal(row?.state, "scheduled");
    assert.ok(Date.parse(row.nextAt ?? "") > Date.now() + 60_000);
    await run.reload("open");
  });

  it("vip: a tag that changes while the delivery waits counts as it is then", async () => {
    const [vip, former] = [person("15555550415"), person("15555550416")];
    for (const each of [vip, former]) await run.inTurn(each.phone, () => run.send(each.says("hi")));
    const tag = (phone: string, change: string) =>
      run.ask(`/api/contacts/${phone}`, "PATCH", { tags: [change] });
    await tag(former.phone, "+vip");
    await run.pause("slack");
    for (const each of [vip, former]) {
      await run.inTurn(each.phone, () => run.send(each.says("An agent, please")));
    }
    await tag(vip.phone, "+vip");
    await tag(former.phone, "-vip");
    await run.resume("slack");
    const routes = ["vip", "handoff"];
    assert.deepEqual(await run.heard(vip.phone, ...routes), [`vip slack ${text}`]);
    assert.deepEqual(await run.heard(former.phone, ...routes), [`handoff slack ${text}`]);
  });

  it("cart-closed: a conversation closes with the topic that it had then", async () => {
    const [cart, other] = [person("15555550417"), person("15555550418")];
    await run.pause("shop");
    await run.inTurn(
      cart.phone,
      () => run.tell(cart.isSent("cart_recovery", wamid())),
      () => run.tell(cart.does("conversation.closed")),
      () => run.tell(cart.does("conversation.closed")),
    );
    await run.inTurn(
      other.phone,
      () => run.tell(other.does("conversation.closed")),
      () => run.tell(other.isSent("cart_recovery", wamid())),
    );
    await run.resume("shop");
    const heard = ["cart-closed shop business.conversation.closed"];
    assert.deepEqual(await run.heard(cart.phone, "cart-closed"), heard);
    assert.deepEqual(await run.heard(other.phone, "cart-closed"), []);
  });

  it("handoff: who asked before it was closed is not told of again, who asks after is", async () => {
    const mia = person("15555550419");
    await run.inTurn(mia.phone, () => run.send(mia.says("A human, please")));
    await run.pause("slack");
    await run.inTurn(
      mia.phone,
      () => run.send(mia.says("A human, before it is closed")),
      () => run.tell(mia.does("conversation.closed")),
      () => run.send(mia.says("A human, after that")),
    );
    await run.resume("slack");
    await run.settle(mia.phone);
    const told = run.bookOf(mia.phone).filter(({ route }) => route === "handoff");
    assert.deepEqual(
      told.map(({ event }) => event?.data.message?.text?.body),
      ["A human, please", "A human, after that"],
    );
  });
});
