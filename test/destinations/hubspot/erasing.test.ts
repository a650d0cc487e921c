import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeEvent, makeText } from "../../store/make-events.ts";
import { contactOf, type OpenCrm, openCrm } from "./open-crm.ts";

const mia = { waId: "15555550123", name: "Mia" };
const handoff = () => makeEvent({ type: "business.handoff.requested", contact: mia });

async function written(before: (crm: OpenCrm) => void = () => undefined) {
  const crm = await openCrm({ ticket: { when: ["business.handoff.requested"] } });
  before(crm);
  await crm.deliver(makeText("hello", { contact: mia }));
  await crm.deliver(handoff());
  crm.portal.index();
  const contact = contactOf(handoff());
  assert.ok(contact);
  const erase = (contactLink = crm.contactLinks.get(contact.id)) =>
    crm.destination.erase?.(
      { contact, contactLink, links: [...crm.links.values()] },
      AbortSignal.timeout(5000),
    );
  return { crm, erase };
}

describe("taking a person out of HubSpot", () => {
  it("deletes for good the contact that Waypost made, and the tickets; again it finds nothing", async () => {
    const { crm, erase } = await written();
    const erased = await erase();
    assert.deepEqual(
      erased?.map(({ object, result }) => [object, result]),
      [
        ["ticket", "deleted"],
        ["contact", "deleted"],
      ],
    );
    assert.equal(crm.portal.objects.size, 0);
    const again = await erase();
    assert.deepEqual(
      again?.map(({ result }) => result),
      ["absent"],
    );
    await crm.close();
  });

  it("of a contact that was there before takes what Waypost wrote, and leaves the rest to a person", async () => {
    const { crm, erase } = await written(({ portal }) =>
      portal.given("contacts", { phone: `+${mia.waId}`, email: "mia@example.com" }),
    );
    const erased = await erase();
    const [contact, ...rest] = crm.portal.objects.values();
    assert.deepEqual(rest, []);
    assert.deepEqual(contact?.properties, {
      ...{ phone: `+${mia.waId}`, email: "mia@example.com" },
      ...{ whatsapp_id: "", whatsapp_consent: "", firstname: "", lastname: "" },
    });
    const url = `https://app-eu1.hubspot.com/contacts/4711/record/0-1/${contact?.id}`;
    assert.deepEqual(erased?.at(-1), {
      object: "contact",
      id: contact?.id,
      result: "by hand",
      url,
    });
    await crm.close();
  });

  it("takes all messages, of however many pages, and more than a search finds", async () => {
    const { crm, erase } = await written(({ portal }) =>
      portal.given("contacts", { phone: `+${mia.waId}` }),
    );
    crm.portal.mostFound = 300;
    const [contact] = crm.portal.all("contacts");
    for (let n = 0; n < 450; n += 1) {
      const entry = crm.portal.add("communications", { waypost_id: `more ${n}` });
      entry.associations.set(contact?.id ?? "", [81]);
    }
    const theirs = crm.portal.add("communications", { hs_communication_body: "by a person" });
    theirs.associations.set(contact?.id ?? "", [81]);
    crm.portal.index();
    await erase();
    assert.deepEqual(crm.portal.all("communications"), [theirs]);
    await crm.close();
  });

  it("finds by the mark whom it remembers no more", async () => {
    const { crm, erase } = await written();
    const erased = await erase({});
    assert.equal(erased?.at(-1)?.result, "by hand");
    assert.equal(crm.contacts()[0]?.["whatsapp_id"], "");
    await crm.close();
  });
});
