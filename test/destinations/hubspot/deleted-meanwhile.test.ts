import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { makeEvent, makeText, second } from "../../store/make-events.ts";
import type { StubRequest } from "../stub.ts";
import { type OpenCrm, openCrm } from "./open-crm.ts";

const mia = { waId: "15555550123", name: "Mia" };
const day = 86_400;

/** People delete a record after Waypost has looked at it and before it writes. */
describe("what is deleted in HubSpot between the look and the write", () => {
  let crm: OpenCrm;
  beforeEach(async () => {
    crm = await openCrm({
      consentProperty: "whatsapp_consent",
      ticket: { when: ["business.handoff.*"], pipeline: "0", stage: "1" },
    });
  });
  afterEach(() => crm.close());
  const handoff = (at: number) =>
    makeEvent({ type: "business.handoff.requested", contact: mia, at, data: { business: {} } });
  /** Right before the first request of this kind is served. */
  const deleteBefore = (isIt: (request: StubRequest) => boolean, id: string) => {
    let isOver = false;
    crm.hub.before = (request) => {
      if (isOver || !isIt(request)) return;
      isOver = true;
      crm.portal.objects.delete(id);
    };
    return () => assert.ok(isOver, "it was deleted in time");
  };
  const changes = ({ method }: StubRequest) => method === "PATCH";
  const makes = (type: string) => (request: StubRequest) =>
    request.method === "POST" && request.path.endsWith(`/${type}`);
  const onlyContact = () => {
    const [contact, ...others] = crm.portal.all("contacts");
    assert.deepEqual(others, []);
    return contact ?? assert.fail("no contact");
  };

  it("a contact that is about to be adopted is made, or the next one with the phone is adopted", async () => {
    const first = crm.portal.given("contacts", { phone: "+15555550123" });
    const inTime = deleteBefore(changes, first.id);
    await crm.deliver(makeText("one", { contact: mia }));
    inTime();
    assert.equal(onlyContact().properties["whatsapp_id"], mia.waId);
    assert.ok(crm.portal.all("communications")[0]?.associations.has(onlyContact().id));

    const anna = { waId: "15555550124" };
    const gone = crm.portal.given("contacts", { phone: "+15555550124" });
    const other = crm.portal.given("contacts", { phone: "+15555550124" });
    const again = deleteBefore(changes, gone.id);
    await crm.deliver(makeText("two", { contact: anna }));
    again();
    assert.equal(other.properties["whatsapp_id"], anna.waId);
    assert.ok(crm.portal.all("communications")[1]?.associations.has(other.id));
  });

  it("a contact that is brought up to date, or is to say yes, is made again with what was said", async () => {
    await crm.deliver(makeText("one", { contact: mia }));
    const inTime = deleteBefore(changes, onlyContact().id);
    await crm.deliver(makeText("two", { contact: { ...mia, name: "Mia Berg" } }));
    inTime();
    const { properties, id } = onlyContact();
    assert.deepEqual([properties["firstname"], properties["lastname"]], ["Mia", "Berg"]);
    assert.ok(crm.portal.all("communications").at(-1)?.associations.has(id));

    const again = deleteBefore(changes, id);
    const contact = { ...mia, name: "Mia Berg" };
    const data = { business: {} };
    await crm.deliver(makeEvent({ type: "business.consent.granted", contact, data }));
    again();
    assert.equal(onlyContact().properties["whatsapp_consent"], "granted");
  });

  it("a contact that was just looked at is made again where a message is to hang on it", async () => {
    await crm.deliver(makeText("one", { contact: mia }));
    crm.contactLinks.clear();
    const inTime = deleteBefore(makes("communications"), onlyContact().id);
    await crm.deliver(makeText("two", { contact: mia }));
    inTime();
    const [entry, ...others] = crm.portal.all("communications").slice(1);
    assert.deepEqual(others, []);
    assert.ok(entry?.associations.has(onlyContact().id));
  });

  it("a ticket that is opened again is replaced, and so is one that a new one was to follow", async () => {
    const tickets = () => crm.portal.all("tickets");
    const close = (at: number) => {
      const [ticket] = tickets();
      assert.ok(ticket);
      const closed = { hs_pipeline_stage: "4", closed_date: second(at) };
      Object.assign(ticket.properties, closed);
      return ticket.id;
    };
    await crm.deliver(handoff(1));
    const inTime = deleteBefore(changes, close(2));
    const { events } = await crm.deliver(handoff(day));
    inTime();
    assert.deepEqual(
      events?.map(({ type }) => type),
      ["business.record.created"],
    );
    assert.equal(tickets().length, 1);

    const again = deleteBefore(makes("tickets"), close(day + 1));
    await crm.deliver(handoff(6 * day));
    again();
    const [ticket, ...others] = tickets();
    assert.deepEqual(others, []);
    assert.deepEqual([...(ticket?.associations.values() ?? [])], [[16]]);
  });
});
