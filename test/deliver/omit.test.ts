import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type DeliveryContext, templateNames, type WaypostEvent } from "../../src/contracts.ts";
import { recordEvent } from "../../src/destinations/record-event.ts";
import { omissions, omitFrom } from "../../src/event/omit.ts";
import { createBatchStub } from "./batch-stub.ts";
import { createStub, type StubDestination, startEngine } from "./engine.ts";
import { now, startFlows } from "./flows/flow-engine.ts";

const folder = new URL("../../fixtures/events/", import.meta.url);
const fixtures = readdirSync(folder).flatMap(
  (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as WaypostEvent[],
);
const all = new Set(templateNames);
const person = { waId: "15555550123", name: "Mia Weiss", username: "mia_w" };
const secrets = /15555550123|Mia|mia_w|table for|Our menu|m4nu|menu\.jpg/;
const photo = (id: string, caption: string) => ({
  id: `wamid.${id}`,
  type: "image",
  image: { id: "m4nu", mimeType: "image/jpeg", caption, filename: "menu.jpg", sha256: "m4nu" },
});

/** All that a destination can ask. */
async function ask(context: DeliveryContext) {
  return {
    contact: await context.contact(),
    scope: await context.scope(all),
    concerned: await context.concerned(),
    files: await context.files(),
  };
}

/** Keeps all that it was told. */
function createCurious<T extends StubDestination>(stub: T) {
  const told: { readonly event: WaypostEvent; readonly known: Awaited<ReturnType<typeof ask>> }[] =
    [];
  stub.answer = async (event, context): Promise<"ok"> => {
    told.push({ event, known: await ask(context) });
    return "ok";
  };
  return { stub, told };
}

describe("a destination with `omit`", () => {
  it("is told of a person nothing but ids, whatever it asks", async () => {
    const { stub, told } = createCurious(createStub());
    const asked: WaypostEvent[] = [];
    stub.notBefore = (event) => {
      asked.push(event);
      return undefined;
    };
    const flows = await startFlows(
      [{ name: "all", when: { text: { matches: ["(?P<what>table for.*)"] } }, to: ["crm"] }],
      {
        config: { omit: omissions },
        destinations: { crm: stub },
      },
    );
    const { clock, log, contacts } = flows;
    const sent = now(clock, {
      type: "whatsapp.outgoing.image",
      contact: person,
      data: { message: photo("menu", "Our menu") },
    });
    await flows.receive(sent);
    await clock.advance(1_000);
    const reply = {
      ...photo("reply", "table for two"),
      context: { id: "wamid.menu", from: "15555550123" },
    };
    const event = now(clock, {
      contact: person,
      data: { message: reply, raw: { from: "15555550123" }, business: { order: 7 } },
    });
    await flows.receive(event);
    await clock.advance(1_000);
    assert.equal(told.length, 1);
    assert.deepEqual(asked, [omitFrom(event, omissions)]);
    assert.doesNotMatch(JSON.stringify(told), secrets);
    const { known, event: seen } = told[0] ?? assert.fail();
    assert.deepEqual(seen, omitFrom(event, omissions));
    const known_ = await contacts.of(event);
    assert.deepEqual(known_?.phones, ["15555550123"], "the store has it all the same");
    assert.deepEqual(
      [known.contact?.id, known.contact?.phones, known.contact?.phoneCandidates],
      [known_?.id, [], []],
    );
    assert.equal(known.concerned?.id, sent.id);
    assert.deepEqual(known.files, []);
    assert.deepEqual(known.scope["match"], {});
    assert.deepEqual(known.scope["business"], { order: 7 });
    assert.equal((known.scope["transcript"] as unknown[]).length, 2);
    assert.equal((known.scope["about"] as { id: string }).id, "wamid.menu");
    assert.equal((await log.event(event.id))?.data.contact?.name, "Mia Weiss");
    await flows.engine.end();
  });

  it("is told the same in a batch", async () => {
    const { stub, told } = createCurious(createBatchStub({ across: true }));
    const { clock, publish, end } = await startEngine(
      { crm: stub },
      { config: { omit: ["name"], concurrency: 1 } },
    );
    const events = ["a", "b", "c"].map((id) =>
      now(clock, {
        contact: { ...person, waId: `155555501${id.charCodeAt(0)}` },
        data: { message: photo(id, "Our menu") },
      }),
    );
    await publish(...events);
    await clock.advance(1_000);
    assert.deepEqual(stub.batches.length > 0, true);
    assert.deepEqual(
      new Set(told.map(({ event }) => JSON.stringify(event))),
      new Set(events.map((event) => JSON.stringify(omitFrom(event, ["name"])))),
    );
    assert.doesNotMatch(JSON.stringify(told.map(({ known }) => known)), /Mia|mia_w/);
    await end();
  });

  it("is told of every kind of event that there is without what it omits", async () => {
    const { stub, told } = createCurious(createStub());
    const { clock, publish, end } = await startEngine(
      { crm: stub },
      { config: { omit: omissions } },
    );
    await publish(...fixtures.filter(({ data }) => !data.test));
    await clock.advance(60_000);
    assert.ok(told.length > 150, String(told.length));
    for (const { event, known } of told) {
      assert.deepEqual(event, omitFrom(event, omissions));
      assert.doesNotMatch(
        JSON.stringify([event, known]),
        /4915550002211|Lena|tomas\.rey|Pfingstrosen/,
        event.type,
      );
    }
    await end();
  });

  it("still makes records of the person, in their conversation", async () => {
    const stub = createStub();
    const deliver = stub.deliver;
    stub.deliver = async (event, context, signal) => ({
      ...(await deliver(event, context, signal)),
      events: event.type.startsWith("business.")
        ? []
        : [recordEvent(event, context, { object: "contact", id: "7", created: true })],
    });
    const { clock, publish, end, ledger } = await startEngine(
      { crm: stub },
      { config: { omit: ["phone", "name"] } },
    );
    const event = now(clock, { contact: person, data: { message: photo("a", "hi") } });
    await publish(event);
    await clock.advance(1_000);
    const made = stub.calls
      .map((call) => call.event)
      .find(({ type }) => type === "business.record.created");
    assert.ok(made);
    assert.equal(made.data.conversationId, event.data.conversationId);
    assert.equal(made.subject, event.subject);
    const row = await ledger.delivery(`crm:${event.id}`);
    assert.deepEqual(row?.emits?.[0]?.data.contact, person);
    await end();
  });
});
