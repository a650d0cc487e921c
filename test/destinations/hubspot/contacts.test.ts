import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { contact, type OpenCrm, openCrm } from "./open-crm.ts";
import { hasSpecification } from "./specification.ts";

const mia = { waId: "15555550123", name: "Mia Berg" };

it("the requests are held against HubSpot's own specification", {
  skip: !hasSpecification && "HubSpot's specification is not beside the project",
}, async () => {
  const { stub, close } = await openCrm();
  const asked = await fetch(`${stub.url}/crm/objects/2026-03/contacts`, {
    method: "POST",
    headers: {
      authorization: "Bearer pat-eu1-0000-secret-1111",
      "content-type": "application/json",
    },
    body: JSON.stringify({ properties: {}, unheard: true }),
  });
  assert.equal(asked.status, 400);
  assert.match(await asked.text(), /associations|unheard/);
  await close();
});

describe("one person is one contact in HubSpot", () => {
  let crm: OpenCrm;
  beforeEach(async () => {
    crm = await openCrm();
  });
  afterEach(() => crm.close());

  it("rule 2: is made once, marked with the WhatsApp id, and asked for no more", async () => {
    await crm.deliver(makeText("one", { contact: mia }));
    const before = crm.stub.requests.length;
    await crm.deliver(makeText("two", { contact: mia }));
    assert.deepEqual(crm.contacts(), [
      {
        ...{ whatsapp_id: mia.waId, phone: `+${mia.waId}` },
        ...{ firstname: "Mia", lastname: "Berg" },
      },
    ]);
    assert.equal(crm.messages().length, 2);
    assert.equal(crm.stub.requests.length - before, 1, "one call for one message");
  });

  it("rule 2: is found by the mark when nothing is remembered, although the search does not know it yet", async () => {
    await crm.deliver(makeText("one", { contact: mia }));
    crm.contactLinks.clear();
    await crm.deliver(makeText("two", { contact: mia }));
    assert.equal(crm.contacts().length, 1);
  });

  for (const [what, properties, waId] of [
    ["as E.164", { phone: "+15555550123" }, "15555550123"],
    ["as mobile phone", { mobilephone: "+1 555 555 0123" }, "15555550123"],
    ["with 00", { phone: "004930901820" }, "4930901820"],
    ["in the account's own notation", { phone: "(202) 555-0123" }, "12025550123"],
    ["with brackets and blanks", { phone: "+49 (30) 901-820" }, "4930901820"],
    ["Brazil, without the ninth digit", { phone: "+55 11 6123-4567" }, "5511961234567"],
    ["Brazil, with the ninth digit", { phone: "+55 11 96123-4567" }, "551161234567"],
    ["Mexico, without the 1", { phone: "+52 55 1234 5678" }, "5215512345678"],
  ] as const) {
    it(`rules 1 and 3: adopts who is there already: ${what}`, async () => {
      const { id } = crm.portal.given("contacts", { firstname: "Maria", ...properties });
      await crm.deliver(makeText("hello", { contact: { waId, name: "mia 🌸" } }));
      assert.deepEqual(crm.contacts(), [{ firstname: "Maria", ...properties, whatsapp_id: waId }]);
      assert.ok(crm.portal.all("communications")[0]?.associations.has(id));
    });
  }

  it("never takes two people for one: another country, another account with the phone", async () => {
    crm.portal.given("contacts", { phone: "+44 30 901820" });
    crm.portal.given("contacts", { phone: "030 901820" });
    crm.portal.given("contacts", { phone: "+4930901820", whatsapp_id: "DE.99" });
    await crm.deliver(makeText("hello", { contact: { waId: "4930901820" } }));
    const marked = crm.contacts().map(({ whatsapp_id }) => whatsapp_id);
    assert.deepEqual(marked, [undefined, undefined, "DE.99", "4930901820"]);
  });

  it("of several with the phone takes the oldest, and says in shadow that there are more", async () => {
    const phone = "+15555550123";
    crm.portal.given("contacts", { phone, firstname: "First" });
    crm.portal.given("contacts", { mobilephone: phone, firstname: "Second" });
    const event = makeText("hello", { contact: mia });
    const { answer } = await crm.deliver(event, { shadow: true });
    assert.match(
      answer ?? "",
      /would mark contact 101 as theirs.*log a WhatsApp.*1 more with this phone/,
    );
    await crm.deliver(event);
    assert.deepEqual(
      crm.contacts().map(({ whatsapp_id }) => whatsapp_id),
      [mia.waId, undefined],
    );
  });

  it("rules 1 and 6: known by a BSUID first and by a phone later: one contact, and never a made-up phone", async () => {
    const userId = "DE.741852963";
    const person = contact({ id: "ctc_1", userIds: [userId] });
    await crm.deliver(makeText("hi", { contact: { userId, name: "Mia" } }), {}, person);
    assert.deepEqual(crm.contacts(), [{ firstname: "Mia", lastname: "", whatsapp_id: userId }]);
    const known = contact({ id: "ctc_1", userIds: [userId], phones: ["4930901820"] });
    const later = makeText("again", { contact: { userId, waId: "4930901820", name: "Mia" } });
    await crm.deliver(later, {}, known);
    assert.equal(crm.contacts()[0]?.["phone"], "+4930901820", "with the message that tells it");
    crm.contactLinks.clear();
    await crm.deliver(makeText("more", { contact: { waId: "4930901820" } }), {}, known);
    assert.deepEqual(crm.contacts(), [
      { firstname: "Mia", lastname: "", whatsapp_id: userId, phone: "+4930901820" },
    ]);
    assert.equal(crm.messages().length, 3);
  });

  it("rule 4: never replaces a phone that is there", async () => {
    crm.portal.given("contacts", { phone: "+49 30 111", mobilephone: "+4930901820" });
    await crm.deliver(makeText("hello", { contact: { waId: "4930901820" } }));
    assert.equal(crm.contacts()[0]?.["phone"], "+49 30 111");
  });

  it("makes another one when people deleted it, and goes on with the one that is left of two merged", async () => {
    await crm.deliver(makeText("one", { contact: mia }));
    const [first] = crm.portal.all("contacts");
    crm.portal.objects.delete(first?.id ?? "");
    await crm.deliver(makeText("two", { contact: mia }));
    const [second] = crm.portal.all("contacts");
    assert.ok(second && second.id !== first?.id);
    const left = crm.portal.given("contacts", { firstname: "Left" });
    crm.portal.merged.set(second.id, left.id);
    await crm.deliver(makeText("three", { contact: mia }));
    assert.ok(crm.portal.all("communications").at(-1)?.associations.has(left.id));
    assert.equal(crm.messages().length, 3);
  });

  it("who may not be told by phone (omit) is known by Waypost's id, and is one", async () => {
    const told = contact({ id: "ctc_7", name: "Mia Berg" });
    await crm.deliver(makeText("a", { contact: { name: "Mia Berg" } }), {}, told);
    crm.contactLinks.clear();
    await crm.deliver(makeText("b", { contact: { name: "Mia Berg" } }), {}, told);
    assert.deepEqual(crm.contacts(), [
      { firstname: "Mia", lastname: "Berg", whatsapp_id: "ctc_7" },
    ]);
  });

  it("has nothing to do with what is about nobody", async () => {
    const group = makeText("hello all", { contact: mia, data: { groupId: "grp_1" } });
    const { answer } = await crm.deliver(group);
    assert.match(answer ?? "", /no single person/);
    assert.deepEqual([crm.contacts(), crm.stub.requests], [[], []]);
  });
});

describe("what the configuration says of contacts in HubSpot", () => {
  it("match: id adopts nobody by phone, and create: false makes nobody", async () => {
    for (const [options, made] of [
      [{ match: "id" }, 2],
      [{ match: "id", create: false }, 1],
    ] as const) {
      const crm = await openCrm(options);
      crm.portal.given("contacts", { phone: `+${mia.waId}` });
      const { answer } = await crm.deliver(makeText("hello", { contact: mia }));
      assert.equal(crm.contacts().length, made);
      if (made === 1) assert.match(answer ?? "", /no such contact/);
      await crm.close();
    }
  });

  it("fills what is empty of other properties, and leaves what is there or refused", async () => {
    const properties = { city: "{{ business.city }}", email: "{{ business.email }}" };
    const crm = await openCrm({ contact: { properties } });
    crm.portal.given("contacts", { email: "taken@example.com" });
    const form = (business: Record<string, unknown>) =>
      makeEvent({ type: "business.form.submitted", contact: mia, data: { business } });
    await crm.deliver(form({ email: "taken@example.com", city: "Bern" }));
    await crm.deliver(form({ city: "Basel", email: "mia@example.com" }));
    await crm.deliver(form({ city: "Chur", email: "other@example.com" }));
    const [, written] = crm.contacts();
    assert.deepEqual([written?.["city"], written?.["email"]], ["Basel", "mia@example.com"]);
    assert.equal(crm.notes().length, 3);
    await crm.close();
  });
});

describe("rule 5: the name of a contact in HubSpot", () => {
  const named = (name: string) => makeText("hello", { contact: { waId: mia.waId, name } });
  const shown = (crm: OpenCrm) => {
    const { firstname = "", lastname = "" } = crm.contacts()[0] ?? {};
    return `${firstname} ${lastname}`.trim();
  };

  it("follows the profile while it is what Waypost wrote, and no more once people changed it", async () => {
    const crm = await openCrm();
    await crm.deliver(named("Mia"));
    await crm.deliver(named("Mia Berg"));
    assert.equal(shown(crm), "Mia Berg");
    const [object] = crm.portal.all("contacts");
    assert.ok(object);
    object.properties = { ...object.properties, lastname: "Berg-Huber" };
    await crm.deliver(named("Mia 🌸"));
    assert.equal(shown(crm), "Mia Berg-Huber");
    const before = crm.stub.requests.length;
    await crm.deliver(named("Mia 🌸"));
    assert.equal(crm.stub.requests.length - before, 1, "a name is looked at once");
    await crm.close();
  });

  it("never: of one whom Waypost makes, too", async () => {
    const crm = await openCrm({ name: "never" });
    await crm.deliver(named("Mia Berg"));
    assert.deepEqual([crm.contacts().length, shown(crm)], [1, ""]);
    await crm.close();
  });

  for (const [policy, given, expected] of [
    ["ifEmpty", {}, "Mia Berg"],
    ["ifEmpty", { firstname: "+1 555-555-0123" }, "Mia Berg"],
    ["ifEmpty", { firstname: "Maria" }, "Maria"],
    ["always", { firstname: "Maria" }, "Mia Berg"],
    ["never", {}, ""],
  ] as const) {
    it(`${policy}: over ${JSON.stringify(given)}`, async () => {
      const crm = await openCrm({ name: policy });
      crm.portal.given("contacts", { phone: `+${mia.waId}`, ...given });
      await crm.deliver(named("Mia Berg"));
      assert.equal(shown(crm), expected);
      await crm.close();
    });
  }
});
