import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { person, wamid } from "../support/person.ts";
import { startUseCases, type UseCaseProgram } from "./use-case-program.ts";

let run: UseCaseProgram;
before(async () => {
  run = await startUseCases();
});
after(() => run.end());

describe("the use cases of leads, ratings and topics", { concurrency: 16 }, () => {
  it("lead: a finished flow is a lead, with what was said, once for each person", async () => {
    const mia = person("15555550301");
    await run.inTurn(
      mia.phone,
      () => run.send(mia.says("Tell me more")),
      () => run.tell(mia.isSentText("Gladly", { sentBy: "bot" })),
      () => run.send(mia.answersFlow({ flow_token: "qualify:81", email: "mia@example.org" })),
      () => run.send(mia.answersFlow({ flow_token: "qualify", email: "again@example.org" })),
    );
    const [lead, ...more] = await run.business(mia.phone, "business.lead.captured");
    assert.deepEqual(more, []);
    assert.equal(lead?.["email"], "mia@example.org");
    const [asked, answered, flow] = String(lead?.["transcript"]).trim().split("\n");
    assert.match(asked ?? "", /Mia: Tell me more$/);
    assert.match(answered ?? "", /Gladly$/);
    assert.match(flow ?? "", /Mia: \[Form completed\]/);

    const other = person("15555550302");
    await run.send(other.answersFlow({ flow_token: "qualified:81", email: "x@example.org" }));
    await run.send(other.answersFlow({ email: "x@example.org" }));
    assert.deepEqual(await run.business(other.phone, "business.lead.captured"), []);
  });

  it("lead-crm: a lead gets an owner, who stays, and then goes to the CRM", async () => {
    const [mia, other] = [person("15555550303"), person("15555550304")];
    await run.tell(mia.does("lead.captured", { email: "mia@example.org" }));
    await run.tell(other.does("lead.lost"));
    const heard = "lead-crm hubspot business.lead.captured";
    assert.deepEqual(await run.heard(mia.phone, "lead-crm"), [heard]);
    const { owner } = await run.contact(mia.phone);
    assert.equal(owner?.pool, "sales");
    assert.ok(owner?.name === "Ana" || owner?.name === "Ben");
    const another = owner.name === "Ana" ? "Ben" : "Ana";
    const change = { owner: { pool: "sales", name: another } };
    await run.ask(`/api/contacts/${mia.phone}`, "PATCH", change);
    await run.tell(mia.does("lead.captured", { email: "mia@example.org" }));
    assert.deepEqual(await run.heard(mia.phone, "lead-crm"), [heard, heard]);
    assert.deepEqual((await run.contact(mia.phone)).owner, change.owner);
    assert.deepEqual(await run.heard(other.phone), []);
  });

  it("lead-crm: a pool is shared among people", async () => {
    const people = Array.from({ length: 12 }, (_, i) => person(`155555503${50 + i}`));
    await run.tell(...people.map((each) => each.does("lead.captured")));
    const names = new Set<string | undefined>();
    for (const { phone } of people) {
      await run.settle(phone);
      names.add((await run.contact(phone)).owner?.name);
    }
    assert.deepEqual([...names].sort(), ["Ana", "Ben"]);
  });

  it("lead-alert: a deal that was made, and no other record", async () => {
    const mia = person("15555550305");
    await run.tell(mia.does("record.created", { object: "deal", url: "https://crm.example/1" }));
    await run.tell(mia.does("record.created", { object: "contact" }));
    await run.tell(mia.does("record.updated", { object: "deal" }));
    assert.deepEqual(await run.heard(mia.phone), ["lead-alert slack business.record.created"]);
  });

  it("csat-ask: who was served is asked, once in a week, whoever says that it is over", async () => {
    const mia = person("15555550306");
    const solved = { type: "solved", phone: `+${mia.phone}` };
    assert.equal(await run.hook("zendesk-events", "zendesk", solved), 200);
    await run.settle(mia.phone);
    await run.tell(mia.does("conversation.closed"));
    const heard = ["csat-ask whatsapp business.conversation.closed"];
    assert.deepEqual(await run.heard(mia.phone), heard);
    const other = person("15555550307");
    const open = { type: "open", phone: `+${other.phone}` };
    assert.equal(await run.hook("zendesk-events", "zendesk", open), 200);
    assert.equal(await run.hook("zendesk-events", "form", { ...open, type: "solved" }), 401);
    await run.tell(other.does("conversation.opened"));
    assert.deepEqual(await run.heard(other.phone), []);
  });

  it("csat: what is tapped is a rating, as a number", async () => {
    const mia = person("15555550308");
    for (const id of ["csat:5", "csat:6", "csat:4 or so", "csat:3"]) await run.send(mia.taps(id));
    const ratings = await run.business(mia.phone, "business.csat.received");
    assert.deepEqual(ratings, [{ rating: 5 }, { rating: 3 }]);
  });

  it("bad-csat: a low rating alone, from wherever it comes", async () => {
    const mia = person("15555550309");
    await run.send(mia.taps("csat:2"));
    await run.send(mia.taps("csat:3"));
    await run.tell(mia.does("csat.received", { rating: 1 }));
    await run.tell(mia.does("csat.received", { rating: "10" }));
    const heard = "bad-csat slack business.csat.received";
    assert.deepEqual(await run.heard(mia.phone, "bad-csat"), [heard, heard]);
    const rated = run.bookOf(mia.phone).filter(({ route }) => route === "bad-csat");
    assert.deepEqual(rated.map(({ event }) => event?.data.business?.["rating"]).sort(), [1, 2]);
  });

  it("cart-topic, cart-closed: what a conversation was about when it closed", async () => {
    const [mia, other] = [person("15555550310"), person("15555550311")];
    const heard = () => run.heard(mia.phone, "cart-closed");
    await run.inTurn(
      mia.phone,
      () => run.tell(mia.isSent("cart_recovery", wamid())),
      () => run.send(mia.says("Thank you")),
      () => run.tell(mia.does("conversation.closed")),
    );
    assert.deepEqual(await heard(), ["cart-closed shop business.conversation.closed"]);
    // The topic has ended with it.
    await run.tell(mia.does("conversation.closed"));
    assert.equal((await heard()).length, 1);
    await run.inTurn(
      other.phone,
      () => run.tell(other.isSent("cart_reminder", wamid())),
      () => run.tell(other.does("conversation.closed")),
    );
    assert.deepEqual(await run.heard(other.phone, "cart-closed"), []);
  });

  it("optout: who wants no offers is told to the CRM", async () => {
    const mia = person("15555550312");
    await run.tell(mia.does("consent.revoked"));
    await run.tell(mia.does("consent.granted"));
    assert.deepEqual(await run.heard(mia.phone), ["optout hubspot business.consent.revoked"]);
  });
});
