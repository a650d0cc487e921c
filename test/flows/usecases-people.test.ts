import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { person, wamid } from "../support/person.ts";
import { startUseCases, type UseCaseProgram } from "./use-case-program.ts";

let run: UseCaseProgram;
before(async () => {
  run = await startUseCases();
});
after(() => run.end());

/** As many messages about somebody as there are routes for them at once. */
const helloGoesTo = [
  "lookup shop-bot whatsapp.message.text",
  "new-contact sheet whatsapp.message.text",
  "new-contact zap whatsapp.message.text",
  "staff mail whatsapp.message.text",
  "tickets zendesk whatsapp.message.text",
];
type Person = ReturnType<typeof person>;
const withoutSla = (entries: readonly string[]) =>
  entries.filter((entry) => !entry.startsWith("sla "));

describe("the use cases of messages and people", { concurrency: 16 }, () => {
  it("vip: who is tagged and asks for a human is heard in the room of vips", async () => {
    const [vip, other] = [person("15555550201"), person("15555550202")];
    await run.send(vip.says("hello"));
    await run.send(other.says("hello"));
    await run.settle(vip.phone);
    await run.ask(`/api/contacts/${vip.phone}`, "PATCH", { tags: ["+vip"] });
    await run.send(vip.says("An agent, please"));
    await run.send(vip.says("humanity"));
    await run.send(other.says("An agent, please"));
    assert.deepEqual(await run.heard(vip.phone, "vip"), ["vip slack whatsapp.message.text"]);
    assert.deepEqual(await run.heard(other.phone, "vip"), []);
  });

  it("bad-reaction: one of the bad ones alone", async () => {
    const mia = person("15555550203");
    for (const emoji of ["👎", "😡", "🌷"]) await run.send(mia.reacts(emoji));
    const heard = "bad-reaction slack whatsapp.message.reaction";
    assert.deepEqual(await run.heard(mia.phone, "bad-reaction"), [heard, heard]);
  });

  it("tickets: both sides and what failed, and nothing else of a message's way", async () => {
    const mia = person("15555550204");
    const id = wamid();
    await run.send(mia.says("Where is it?"));
    await run.tell(mia.isSent("answer", id));
    await run.send(mia.status(id, "sent"));
    await run.send(mia.status(id, "delivered"));
    await run.send(mia.status(id, "failed", { errors: [{ code: 131026, title: "no" }] }));
    await run.send(mia.isWritten("On its way"));
    await run.tell(mia.does("order.created"));
    assert.deepEqual(await run.heard(mia.phone, "tickets"), [
      "tickets zendesk whatsapp.echo.text",
      "tickets zendesk whatsapp.message.text",
      "tickets zendesk whatsapp.outgoing.template",
      "tickets zendesk whatsapp.status.failed",
    ]);
  });

  it("staff: every message by mail, and none of what our side sent", async () => {
    const mia = person("15555550205");
    await run.send(mia.says("one"));
    await run.tell(mia.isSentText("an answer"));
    await run.send(mia.reacts("🌷"));
    assert.deepEqual(await run.heard(mia.phone, "staff"), [
      "staff mail whatsapp.message.reaction",
      "staff mail whatsapp.message.text",
    ]);
  });

  it("new-contact: the first that somebody ever writes, whichever number they write to", async () => {
    const [mia, inParis] = [person("15555550206"), person("15555550206", "paris")];
    await run.tell(mia.isSentText("We write first"));
    await run.send(mia.says("first"));
    await run.settle(mia.phone);
    await run.send(mia.says("second"));
    await run.send(inParis.says("third"));
    assert.deepEqual(await run.heard(mia.phone, "new-contact"), [
      "new-contact sheet whatsapp.message.text",
      "new-contact zap whatsapp.message.text",
    ]);
  });

  it("lookup: the bot is told nothing while a human or somebody else has the conversation", async () => {
    const [free, human, other, asked] = ["07", "08", "09", "10"].map((n) =>
      person(`155555502${n}`),
    ) as [Person, Person, Person, Person];
    await run.tell(free.isSentText("A bot answers", { sentBy: "bot" }));
    await run.send(human.isWritten("A human answers"));
    await run.tell(asked.does("handoff.requested"));
    await run.send(other.saysToOther("Am I with the robot?"));
    for (const each of [free, human, other, asked]) await run.settle(each.phone);
    for (const each of [free, human, asked]) await run.send(each.says("Where is it?"));
    assert.deepEqual(await run.heard(free.phone, "lookup"), [helloGoesTo[0]]);
    for (const each of [human, other, asked]) {
      assert.deepEqual(await run.heard(each.phone, "lookup"), [], each.phone);
    }
    // Given back or closed, and the bot hears of them again.
    await run.tell(asked.does("handoff.ended"), human.does("conversation.closed"));
    for (const each of [asked, human]) {
      await run.settle(each.phone);
      await run.send(each.says("And now?"));
      assert.deepEqual(await run.heard(each.phone, "lookup"), [helloGoesTo[0]]);
    }
  });

  it("handoff: asked for once, until the conversation is closed", async () => {
    const mia = person("15555550211");
    await run.send(mia.says("A human, please"));
    await run.send(mia.says("A HUMAN!"));
    await run.send(mia.says("humanity"));
    const requested = () => run.business(mia.phone, "business.handoff.requested");
    assert.deepEqual(await requested(), [{}]);
    const heard = () => run.heard(mia.phone, "handoff");
    // Whoever has written gets tickets of all messages already.
    assert.deepEqual(await heard(), ["handoff slack whatsapp.message.text"]);
    await run.tell(mia.does("conversation.closed"));
    await run.settle(mia.phone);
    await run.send(mia.says("A human again"));
    assert.equal((await requested()).length, 2);
    assert.equal((await heard()).length, 2);
  });

  it("german: whoever has a number of these countries", async () => {
    const meant = ["4915123400212", "436641234213", "41781234214"].map((phone) => person(phone));
    const american = person("15555550214");
    for (const each of [...meant, american]) await run.send(each.says("Hallo"));
    const heard = ["german slack whatsapp.message.text"];
    for (const { phone } of meant) assert.deepEqual(await run.heard(phone, "german"), heard);
    assert.deepEqual(await run.heard(american.phone, "german"), []);
  });

  it("french: whoever speaks it, as is noted of them", async () => {
    const [french, other] = [person("15555550215"), person("15555550216")];
    for (const each of [french, other]) await run.send(each.says("Bonjour"));
    for (const each of [french, other]) await run.settle(each.phone);
    const note = (phone: string, language: string) =>
      run.ask(`/api/contacts/${phone}`, "PATCH", { fields: { language } });
    await note(french.phone, "fr");
    await note(other.phone, "en");
    for (const each of [french, other]) await run.send(each.says("Encore"));
    assert.deepEqual(await run.heard(french.phone, "french"), [
      "french slack whatsapp.message.text",
    ]);
    assert.deepEqual(await run.heard(other.phone, "french"), []);
  });

  it("split: all that Meta sends of one number, in Meta's own form", async () => {
    const [trial, berlin] = [person("15555550217", "trial"), person("15555550218")];
    const id = wamid();
    const post = trial.says("On trial");
    await run.send(post);
    const [told = ""] = await run.tell(trial.isSent("answer", id));
    await run.send(trial.status(id, "sent"));
    await run.send(berlin.says("In earnest"));
    assert.deepEqual(await run.heard(trial.phone, "split"), [
      "split staging meta",
      "split staging meta",
    ]);
    const [message] = run
      .bookOf(trial.phone)
      .filter(({ destination }) => destination === "staging");
    assert.deepEqual(JSON.parse(message?.body ?? ""), post);
    // What Meta has not sent is not refused there: no delivery is made of it.
    assert.ok((await run.rowsOf(told)).every(({ destination }) => destination !== "staging"));
    assert.deepEqual(await run.heard(berlin.phone, "split"), []);
  });

  it("gdpr: asks for the erasure of who wants it", async () => {
    const [mia, other] = [person("15555550219"), person("15555550220")];
    await run.send(mia.says("Please DELETE my data"));
    await run.send(other.says("Do not delete anything"));
    assert.deepEqual(await run.business(mia.phone, "business.erasure.requested"), [{}]);
    assert.deepEqual(await run.business(other.phone, "business.erasure.requested"), []);
    // One mail of it: staff has them all.
    assert.equal((await run.heard(mia.phone)).filter((entry) => entry.includes("mail")).length, 1);
  });

  it("all of them, together: a message reaches each once, and of whom is spam nothing does", async () => {
    const [mia, spam] = [person("15555550221"), person("15555550222")];
    await run.send(mia.says("hello"));
    assert.deepEqual(withoutSla(await run.heard(mia.phone)), helloGoesTo);
    await run.send(spam.says("hello"));
    await run.settle(spam.phone);
    await run.ask(`/api/contacts/${spam.phone}`, "PATCH", { tags: ["+spam"] });
    const before = await run.heard(spam.phone);
    await run.send(spam.says("A human agent, yes!"));
    await run.send(spam.taps("confirm:1"));
    await run.tell(spam.does("csat.received", { rating: 1 }));
    const later = withoutSla(await run.heard(spam.phone));
    assert.deepEqual(later, withoutSla(before));
    assert.deepEqual(await run.business(spam.phone, "business.handoff.requested"), []);
  });
});
