import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { EventFile, WaypostEvent } from "../../src/contracts.ts";
import { noSurroundings } from "../../src/deliver/attempt/surroundings.ts";
import { deliveryId } from "../../src/deliver/delivery.ts";
import { takesMedia } from "../../src/deliver/flows/takes.ts";
import { compileRoutes } from "../../src/deliver/routes/routes.ts";
import { conversationIdOf } from "../../src/event/conversation.ts";
import { createEventFiles } from "../../src/media/event-files.ts";
import { type InfoFault, jpeg } from "../destinations/media/graph-stub.ts";
import { base64Of, type Rig, startRig } from "../destinations/media/rig.ts";
import { waitFor } from "../support/wait-for.ts";
import { createStub, type Engine, event, type StubDestination, startEngine } from "./engine.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createMemoryLedger } from "./memory-ledger.ts";

const second = 1_000;
const bytes = jpeg(5_000);
const contact = { waId: "15555550123" };
const conversation = conversationIdOf("700700700700700", { phone: contact.waId }) ?? "";

let clock: FakeClock;
let rig: Rig;
let engine: Engine;
let crm: StubDestination & { readonly files: true };
/** Events whose files `media` is done with. */
let settled: string[];
/** Answers of crm that are on their way: files are read in real time, whatever the clock says. */
let answering: number;
/** What crm was told of each event's files, by event id. */
let told: Map<string, readonly EventFile[]>;
beforeEach(async () => {
  clock = createFakeClock();
  const ledger = createMemoryLedger();
  told = new Map();
  settled = [];
  answering = 0;
  crm = Object.assign(createStub(), { files: true as const });
  crm.answer = async (event, context) => {
    answering += 1;
    const files = await context.files().finally(() => {
      answering -= 1;
    });
    told.set(event.id, files);
    return "ok" as const;
  };
  rig = await startRig({
    now: clock.now,
    retentionMs: () => 60 * 86_400_000,
    settled: (id) => {
      settled.push(id);
      engine.delivery.wake("crm", id);
    },
    without: async (id, before) =>
      (await ledger.deliveriesOf(id))
        .filter(({ state, destination }) => state === "delivered" && destination === "crm")
        .filter(({ history }) => (history.at(-1)?.at ?? "") <= before.toISOString())
        .map(({ destination, route }) => ({ destination, route })),
  });
  const when = { type: ["whatsapp.message.*"] };
  engine = await startEngine(
    { crm, media: rig.destination },
    {
      ...{ clock, ledger },
      routes: compileRoutes({
        ...{ accounts: {}, media: true },
        routes: [{ name: "messages-to-crm", when, to: ["crm"], test: false }],
      }),
      surroundings: {
        ...noSurroundings,
        files: createEventFiles({
          ...{ library: rig.library, takes: takesMedia({}), now: clock.now },
          fetching: (id) => ledger.delivery(deliveryId("media", id)),
        }),
      },
    },
  );
});
afterEach(async () => {
  await engine.end();
  await rig.close();
});

/** A message with a file that Meta has, after these answers to the question for it. */
function image(info: InfoFault[] = []): WaypostEvent {
  rig.graph.files.set("810", { bytes, info });
  const image = { id: "810", mimeType: "image/jpeg", sha256: base64Of(bytes) };
  const message = { id: "wamid.810", type: "image", image };
  const told = { contact, message } as Partial<WaypostEvent["data"]>;
  return { ...event(conversation, told), type: "whatsapp.message.image" };
}

const types = () => crm.calls.map((call) => call.event.type);
const delivered = (count: number) => async () => {
  await clock.advance(0);
  return crm.effects.length === count;
};

/** So many answers with 503: an outage, and a new address each time. */
const away = (times: number): InfoFault[] => Array.from({ length: times }, () => ({ status: 503 }));

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    const asked = rig.graph.asked.length;
    await clock.advance(second);
    // What is asked over the network, or read from disk, answers in its own time.
    await waitFor("answers are in", async () => {
      await clock.advance(0);
      const idle = rig.graph.running() === 0 && answering === 0;
      return idle && rig.graph.asked.length - asked < 50;
    });
  }
}

describe("a destination that takes files", () => {
  it("gets the message with its file as soon as that is there, and what stands behind in order", async () => {
    const message = image();
    const behind = event(conversation);
    await engine.publish(message, behind);
    await waitFor("both are delivered", delivered(2));
    assert.deepEqual(crm.effects, [message.id, behind.id]);
    const [file] = told.get(message.id) ?? [];
    assert.ok(file !== undefined && "open" in file);
    assert.deepEqual(await buffer(await file.open()), bytes);
    assert.ok(clock.monotonic() < 10 * second);
  });

  it("waits for a file no longer than 60 s, then goes on with a line that says why, and the file follows", async () => {
    const message = image(away(40));
    const behind = event(conversation);
    await engine.publish(message, behind);
    await pass(58);
    assert.deepEqual(crm.effects, [], "it may still come");
    await pass(8);
    await waitFor("both are delivered", async () => {
      await clock.advance(100);
      return crm.effects.length === 2;
    });
    // It is looked at every 5 s, a quarter more or less.
    assert.ok(clock.monotonic() < 70 * second, `${clock.monotonic()}`);
    assert.deepEqual(crm.effects, [message.id, behind.id]);
    const [late] = told.get(message.id) ?? [];
    assert.ok(late !== undefined && "absent" in late);
    assert.match(late.absent, /was not there in time/);

    rig.graph.files.set("810", { bytes });
    await waitFor("it follows", async () => {
      await clock.advance(10 * second);
      return crm.effects.length === 3;
    });
    assert.equal(types()[2], "business.file.arrived");
    const arrived = crm.calls[2]?.event;
    assert.equal(arrived?.data.conversationId, message.data.conversationId);
    const { without, ...business } = (arrived?.data.business ?? {}) as Record<string, unknown>;
    const file = { mediaId: "810", messageId: "wamid.810", name: "image.jpg", type: "image/jpeg" };
    assert.deepEqual(business, file);
    assert.deepEqual(without, [{ destination: "crm", route: "messages-to-crm" }]);
    const [kept] = told.get(arrived?.id ?? "") ?? [];
    assert.ok(kept !== undefined && "open" in kept);
    assert.deepEqual(await buffer(await kept.open()), bytes);
  });

  it("is told at once of a file that cannot be had, and why", async () => {
    const message = image([{ status: 404 }]);
    await engine.publish(message);
    await waitFor("it is delivered", delivered(1));
    assert.ok(clock.monotonic() < 10 * second);
    assert.deepEqual(told.get(message.id), [
      {
        ...{ mediaId: "810", name: "image.jpg", account: "700700700700700" },
        absent: "the file has expired at Meta",
      },
    ]);
  });

  it("gets a late file with the message when it was out until then, and not once more", async () => {
    const { answer } = crm;
    let out = true;
    crm.answer = (event, context) => (out ? new Error("away") : answer(event, context));
    const message = image(away(6));
    await engine.publish(message);
    await waitFor("the file is there", async () => {
      await pass(5);
      return settled.length > 0;
    });
    out = false;
    await waitFor("it is delivered", async () => {
      await pass(10);
      return crm.effects.length > 0;
    });
    await pass(600);
    assert.deepEqual(crm.effects, [message.id]);
    assert.ok("open" in (told.get(message.id)?.[0] ?? {}));
  });
});
