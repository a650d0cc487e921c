import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { makeText, type Parts } from "../../store/make-events.ts";
import { type Desk, openDesk } from "./desk.ts";

let desk: Desk;
afterEach(() => desk.close());

const text = (contact: NonNullable<Parts["contact"]>, body = "hello") =>
  makeText(body, { contact });
const names = () =>
  desk.records("Contact").map(({ FirstName = "", LastName }) => `${FirstName} ${LastName}`.trim());
const tasksOf = (id: string | undefined) =>
  desk.records("Task").filter(({ WhoId }) => WhoId === id).length;

describe("Salesforce: who a person is", () => {
  it("makes a contact once, with the first Task in one request, and needs one request per message then", async () => {
    desk = await openDesk();
    for (let at = 0; at < 3; at += 1)
      await desk.tell(text({ waId: "4915123456789", name: "Mia Berg" }));
    const contact = desk.first("Contact");
    assert.equal(desk.records("Contact").length, 1);
    const { FirstName, LastName, MobilePhone, WhatsApp_Id__c } = contact;
    assert.deepEqual(
      { FirstName, LastName, MobilePhone, WhatsApp_Id__c },
      {
        FirstName: "Mia",
        LastName: "Berg",
        MobilePhone: "+4915123456789",
        WhatsApp_Id__c: "4915123456789",
      },
    );
    assert.equal(tasksOf(contact.Id), 3);
    const paths = desk.under.calls.map(({ path }) => path.replace(/\?.*/, "").split("/").at(-1));
    assert.deepEqual(paths, ["query", "search", "composite", "composite", "composite"]);
  });

  it("rule 1: the ninth digit, Mexico's 1 and Argentina's 9 make no second person", async () => {
    for (const [stored, seen] of [
      ["+55 11 8765-4321", "5511987654321"],
      ["+525512345678", "5215512345678"],
      ["+54 11 2345-6789", "5491123456789"],
    ] as const) {
      desk = await openDesk();
      const there = desk.org.seed("Contact", { LastName: "Silva", Phone: stored });
      await desk.tell(text({ waId: seen, name: "Ana" }));
      assert.equal(desk.records("Contact").length, 1, stored);
      assert.equal(tasksOf(there.Id), 1);
      if (stored !== "+54 11 2345-6789") await desk.close();
    }
  });

  it("rule 2 and 3: adopts who exists, in whatever notation, and marks them as ours", async () => {
    for (const Phone of [
      "0151 2345678",
      "(0151) 23 45 678",
      "0049 151-2345678",
      "+49151 2345678",
    ]) {
      desk = await openDesk({ country: "DE" });
      const there = desk.org.seed("Contact", { LastName: "Berg", Phone });
      const { events } = await desk.tell(text({ waId: "491512345678", name: "Mia" }));
      assert.equal(desk.records("Contact").length, 1, Phone);
      assert.equal(there["WhatsApp_Id__c"], "491512345678");
      assert.deepEqual(events, [], "it made nobody");
      await desk.close();
    }
    desk = await openDesk();
  });

  it("writes what was said where the account refuses changes to the person", async () => {
    desk = await openDesk();
    const there = desk.org.seed("Contact", { LastName: "Berg", MobilePhone: "+491512345678" });
    desk.org.locked.add(there.Id);
    await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    await desk.tell(text({ waId: "491512345678", name: "Mia B." }));
    assert.deepEqual(
      desk.records("Task").map(({ WhoId }) => WhoId),
      [there.Id, there.Id],
    );
    assert.deepEqual([desk.records("Contact").length, there["LastName"]], [1, "Berg"]);
  });

  it("takes a number without country code for nobody's where no country is told", async () => {
    desk = await openDesk();
    desk.org.seed("Contact", { LastName: "Somebody in France", Phone: "0151 2345678" });
    await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    assert.equal(desk.records("Contact").length, 2);
  });

  it("two people are never one: of the same phone, who has another's id is left alone", async () => {
    desk = await openDesk();
    const taken = {
      LastName: "Old owner",
      Phone: "+491512345678",
      WhatsApp_Id__c: "4915100000000",
    };
    desk.org.seed("Contact", taken);
    await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    await desk.tell(text({ waId: "491512345679", name: "Mia" }));
    assert.equal(desk.records("Contact").length, 3);
  });

  it("of several with the phone takes the one of the same name, and says so in shadow", async () => {
    desk = await openDesk();
    const Phone = "+491512345678";
    desk.org.seed("Contact", { LastName: "Berg", FirstName: "Tom", Phone });
    const mia = desk.org.seed("Contact", { LastName: "Berg", FirstName: "Mia", Phone });
    desk.shadow = true;
    const event = text({ waId: "491512345678", name: "Mia Berg" });
    const { answer } = await desk.tell(event);
    assert.equal(answer, "would update a contact, create a task; 2 duplicates by phone");
    assert.deepEqual(desk.org.effects, []);
    desk.shadow = false;
    await desk.tell(event);
    assert.equal(tasksOf(mia.Id), 1);
  });

  it("rule 4: never writes over a phone or a field that users own", async () => {
    desk = await openDesk({ fields: { LeadSource: "WhatsApp" } });
    const own = { Phone: "+491512345678", MobilePhone: "+49 30 1", LeadSource: "Fair" };
    const there = desk.org.seed("Contact", { LastName: "Berg", ...own });
    await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    const { Phone, MobilePhone, LeadSource, LastName } = there;
    assert.deepEqual({ Phone, MobilePhone, LeadSource, LastName }, { ...own, LastName: "Berg" });
  });

  it("rule 5: a name is written where it is the phone or the last that we wrote, and never over another", async () => {
    desk = await openDesk();
    await desk.tell(text({ waId: "491512345678" }));
    assert.deepEqual(names(), ["+491512345678"]);
    await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    assert.deepEqual(names(), ["Mia"]);
    await desk.tell(text({ waId: "491512345678", name: "Mia Berg" }));
    assert.deepEqual(names(), ["Mia Berg"]);
    await desk.tell(text({ waId: "491512345678", name: "Mimi" }));
    assert.deepEqual(names(), ["Mimi"], "nothing is left of the name before");
    const contact = desk.first("Contact");
    Object.assign(contact ?? {}, { FirstName: "Dr. Maria", LastName: "Berg-Klein" });
    await desk.tell(text({ waId: "491512345678", name: "mimi" }));
    assert.deepEqual(names(), ["Dr. Maria Berg-Klein"]);
  });

  it("rule 5: `always` and `never` are told", async () => {
    for (const [name, expected] of [
      ["always", "mimi"],
      ["never", "+491512345678"],
    ] as const) {
      desk = await openDesk({ name });
      await desk.tell(text({ waId: "491512345678" }));
      await desk.tell(text({ waId: "491512345678", name: "mimi" }));
      assert.deepEqual(names(), [expected]);
      await desk.close();
    }
    desk = await openDesk();
  });

  it("rule 6: a BSUID is never a phone, and a phone that comes later joins the same person", async () => {
    desk = await openDesk();
    await desk.tell(text({ userId: "DE.7410258963", name: "Mia" }));
    const contact = desk.first("Contact");
    assert.equal(contact["WhatsApp_Id__c"], "DE_7410258963", "a dot would end the path");
    assert.equal(contact["MobilePhone"], undefined);
    await desk.tell(text({ userId: "DE.7410258963", waId: "491512345678", name: "Mia" }));
    assert.equal(contact["MobilePhone"], "+491512345678");
    desk.contactLinks.clear();
    await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    assert.equal(desk.records("Contact").length, 1);
    assert.equal(tasksOf(contact.Id), 3);
  });

  it("goes on with the one that a person was merged into, and replaces one that was deleted", async () => {
    desk = await openDesk();
    const event = () => text({ waId: "491512345678", name: "Mia" });
    await desk.tell(event());
    const first = desk.first("Contact");
    const winner = desk.org.seed("Contact", { LastName: "Berg" });
    desk.org.merge("Contact", first.Id, winner.Id);
    await desk.tell(event());
    assert.equal(tasksOf(winner.Id), 2);
    assert.equal(desk.records("Contact").length, 1);
    desk.org.delete("Contact", winner.Id);
    await desk.tell(event());
    await desk.tell(event());
    const [replaced, ...more] = desk.records("Contact");
    assert.equal(more.length, 0);
    assert.equal(tasksOf(replaced?.Id), 2);
  });

  it("keeps leads, with a company, and follows one that is converted to its contact", async () => {
    desk = await openDesk({ object: "Lead" });
    const event = () => text({ waId: "491512345678", name: "Mia" });
    const { events } = await desk.tell(event());
    assert.deepEqual(
      events?.map(({ type, data }) => [type, (data["business"] as { object: string }).object]),
      [["business.record.created", "lead"]],
    );
    const lead = desk.first("Lead");
    assert.equal(lead["Company"], "[not provided]");
    const contact = desk.org.convert(lead.Id);
    await desk.tell(event());
    await desk.tell(event());
    assert.equal(tasksOf(contact.Id), 2);
    assert.equal(desk.records("Lead").length, 1);
  });

  it("makes nobody with create: false", async () => {
    desk = await openDesk({ create: false });
    const { answer } = await desk.tell(text({ waId: "491512345678", name: "Mia" }));
    assert.match(answer ?? "", /nobody/);
    assert.deepEqual(desk.org.effects, []);
  });

  it("escapes whatever stands in an id, a name or a phone: no query says something else", async () => {
    desk = await openDesk();
    const victim = desk.org.seed("Contact", { LastName: "Victim", Phone: "+491111111111" });
    for (const hostile of [
      "XX.' OR Id != '",
      "XX.\\' OR Phone IN ('+491111111111') OR Id IN ('",
      "XX.') LIMIT 1 --",
      "XX.@{person.id}",
      "XX.../../../limits",
      "XX.\u0000\n\u2028'",
    ]) {
      const name = `${hostile} } OR {* @{person.id}`;
      await desk.tell(text({ userId: hostile, name }, hostile));
    }
    assert.equal(victim["WhatsApp_Id__c"], undefined);
    assert.equal(desk.records("Contact").length, 7);
    assert.equal(tasksOf(victim.Id), 0);
  });
});
