import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { person, wamid } from "../support/person.ts";
import { waitFor } from "../support/wait-for.ts";
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
  await waitFor(`${route} of ${phone}`, async () => {
    // The newest comes first.
    const event = (await run.eventsOf(phone)).find((each) => each.type === type);
    const rows = event === undefined ? [] : await run.rowsOf(event.id);
    const row = rows.find((each) => each.route === route);
    return row?.state === "delivered" || row?.state === "skipped";
  });
}

describe("the use cases of what waits, while the office is open", { concurrency: 8 }, () => {
  const template = "whatsapp.outgoing.template";

  it("unread, unread-2: a reminder that was delivered, not read and not paid is sent again", async () => {
    const [mia, reader, payer] = three("15555550401", "15555550402", "15555550403");
    for (const each of [mia, reader, payer]) {
      const id = wamid();
      // Meta's word may be there before ours.
      await run.send(each.status(id, "delivered"));
      if (each === reader) await run.send(each.status(id, "read"));
      await run.tell(each.isSent("payment_reminder", id));
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
      if (each === arrived) await run.send(each.status(id, "sent"));
      if (each === refused) await run.send(each.status(id, "failed", { errors: [{ code: 1 }] }));
      await run.tell(each.isSent("answer", id));
    }
    for (const each of [lost, arrived, refused]) await ended(each.phone, "no-status", template);
    assert.deepEqual(await run.heard(lost.phone, "no-status"), [`no-status slack ${template}`]);
    for (const each of [arrived, refused]) {
      assert.deepEqual(await run.heard(each.phone, "no-status"), []);
    }
  });
});

describe("the use case of who waits for a human", () => {
  it("sla: who waits too long for a human, once until somebody answers", async () => {
    const [waiting, answered, botOnly] = three("15555550408", "15555550409", "15555550410");
    const text = "whatsapp.message.text";
    // However slow all is, the answers are there when the turn comes.
    await run.pause("slack");
    for (const each of [waiting, answered, botOnly]) await run.send(each.says("Hello?"));
    await run.send(answered.isWritten("Hello!"));
    await run.tell(botOnly.isSentText("I am a robot", { sentBy: "bot" }));
    for (const each of [waiting, answered, botOnly]) await run.settle(each.phone);
    await run.resume("slack");
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
