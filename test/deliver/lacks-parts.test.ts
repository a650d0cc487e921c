import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryContext, EventFile, WaypostEvent } from "../../src/contracts.ts";
import {
  absentFiles,
  noSurroundings,
  type Surroundings,
} from "../../src/deliver/attempt/surroundings.ts";
import { createStub, event, type StubDestination, startEngine } from "./engine.ts";

const second = 1_000;
const minute = 60 * second;
const photo = {
  id: "wamid.photo",
  type: "image",
  image: { id: "media-1", mimeType: "image/jpeg" },
};

/** A log and a library of files that are behind, until they have what they are given. */
function createBehind() {
  const known = new Set<string>();
  const files = new Map<string, EventFile>();
  const behind = {
    known,
    files,
    asked: { has: 0, files: 0 },
    failing: undefined as Error | undefined,
  };
  const surroundings: Surroundings = {
    ...noSurroundings,
    async has(id) {
      behind.asked.has += 1;
      if (behind.failing) throw behind.failing;
      return known.has(id);
    },
    async files(told) {
      behind.asked.files += 1;
      if (behind.failing) throw behind.failing;
      const found = absentFiles(told, "").map(({ mediaId }) => files.get(mediaId));
      return found.some((file) => file === undefined) ? "waits" : (found as EventFile[]);
    },
  };
  return { ...behind, surroundings, fail: (error?: Error) => (behind.failing = error) };
}

function takingFiles(traits: Partial<StubDestination> = { files: true }) {
  const stub = Object.assign(createStub(), traits);
  const told: (readonly EventFile[])[] = [];
  stub.answer = async (_event, context): Promise<"ok"> => {
    told.push(await context.files());
    return "ok";
  };
  return { stub, told };
}

describe("a destination that reads the log", () => {
  it("waits until the log has the event, without an attempt; its lane waits behind it, others go on", async () => {
    const { surroundings, known, fail } = createBehind();
    const crm = Object.assign(createStub(), { readsLog: true as const });
    const desk = createStub();
    const { publish, clock, ledger, end } = await startEngine({ crm, desk }, { surroundings });
    const [one, two] = [event("cnv_a"), event("cnv_a")];
    known.add(two.id);
    await publish(one, two);
    await clock.advance(minute);
    assert.deepEqual([crm.effects, desk.effects.length], [[], 2]);
    fail(new Error("the store is away"));
    await clock.advance(minute);
    fail(undefined);
    known.add(one.id);
    await clock.advance(10 * second);
    assert.deepEqual(crm.effects, [one.id, two.id]);
    const row = await ledger.delivery(`crm:${one.id}`);
    assert.deepEqual([row?.attempts, row?.history.length], [0, 1]);
    await end();
  });

  it("waits with the events alone for which it reads the log", async () => {
    const { surroundings, known } = createBehind();
    const [plain, about] = [event("cnv_a"), event("cnv_a")];
    const readsLog = ({ id }: WaypostEvent) => id === about.id;
    const chat = Object.assign(createStub(), { readsLog });
    const { publish, clock, end } = await startEngine({ chat }, { surroundings });
    await publish(plain, about);
    assert.deepEqual(chat.effects, [plain.id]);
    known.add(about.id);
    await clock.advance(10 * second);
    assert.deepEqual(chat.effects, [plain.id, about.id]);
    await end();
  });

  it("goes on at once when it is woken", async () => {
    const { surroundings, known } = createBehind();
    const crm = Object.assign(createStub(), { readsLog: true as const });
    const { publish, clock, delivery, end } = await startEngine({ crm }, { surroundings });
    const one = event("cnv_a");
    await publish(one);
    // By now it is asked every few seconds alone.
    await clock.advance(5 * minute);
    known.add(one.id);
    delivery.wake("crm", one.id);
    await clock.advance(0);
    assert.deepEqual(crm.effects, [one.id]);
    await end();
  });
});

describe("a destination that takes files", () => {
  it("waits for them 60 s from its making, then is told that one is missing", async () => {
    const { surroundings } = createBehind();
    const { stub, told } = takingFiles();
    const { publish, clock, ledger, end } = await startEngine({ crm: stub }, { surroundings });
    const [one, text] = [event("cnv_a", { message: photo }), event("cnv_a")];
    await publish(one, text);
    await clock.advance(59 * second);
    assert.deepEqual(stub.effects, []);
    await clock.advance(7 * second);
    assert.deepEqual(stub.effects, [one.id, text.id]);
    assert.deepEqual(told[0], [
      { mediaId: "media-1", name: "image.jpg", absent: "the file was not there in time" },
    ]);
    const row = await ledger.delivery(`crm:${one.id}`);
    assert.deepEqual([row?.attempts, row?.history.length], [0, 1]);
    await end();
  });

  it("takes them as soon as they are there, at once when it is woken", async () => {
    const { surroundings, files } = createBehind();
    const { stub, told } = takingFiles();
    const { publish, clock, delivery, end } = await startEngine({ crm: stub }, { surroundings });
    const one = event("cnv_a", { message: photo });
    await publish(one);
    await clock.advance(30 * second);
    const file = { mediaId: "media-1", name: "image.jpg", absent: "it is too large" };
    files.set("media-1", file);
    delivery.wake("crm", one.id);
    await clock.advance(0);
    assert.deepEqual(told, [[file]]);
    await end();
  });

  it("waits for nothing where the message has none, or the row is older", async () => {
    const { surroundings, asked } = createBehind();
    const { stub } = takingFiles();
    const { publish, clock, ledger, end } = await startEngine({ crm: stub }, { surroundings });
    const text = event("cnv_a");
    await publish(text);
    await clock.advance(0);
    assert.deepEqual(stub.effects, [text.id]);
    assert.equal(asked.files, 1, "by the destination alone");
    await ledger.setPause("crm", { by: "operator", reason: "test", at: "" });
    await clock.advance(10 * second);
    const late = event("cnv_b", { message: photo });
    await publish(late);
    await clock.advance(10 * minute);
    await ledger.setPause("crm", undefined);
    await clock.advance(6 * second);
    assert.deepEqual(stub.effects, [text.id, late.id]);
    await end();
  });

  it("is the only one that waits for them", async () => {
    const { surroundings, asked } = createBehind();
    const { stub } = takingFiles({});
    const { publish, clock, end } = await startEngine({ crm: stub }, { surroundings });
    await publish(event("cnv_a", { message: photo }));
    await clock.advance(0);
    assert.equal(stub.effects.length, 1);
    assert.equal(asked.files, 1);
    await end();
  });
});

describe("what a destination asks beside its event", () => {
  const askAll = {
    contact: (context: DeliveryContext) => context.contact(),
    scope: (context: DeliveryContext) => context.scope(new Set(["contact"])),
    concerned: (context: DeliveryContext) => context.concerned(),
    files: (context: DeliveryContext) => context.files(),
  };
  const away = async () => {
    throw new Error("the store is away");
  };
  const failing: Surroundings = { ...noSurroundings, scope: away, concerned: away, files: away };

  for (const [what, ask] of Object.entries(askAll)) {
    it(`says that nothing was done when it cannot be answered: ${what}`, async () => {
      const crm = createStub();
      const thrown: unknown[] = [];
      crm.answer = async (_event, context): Promise<"ok"> => {
        await ask(context).catch((error: unknown) => {
          thrown.push(error);
          throw error;
        });
        return "ok";
      };
      const engine = await startEngine({ crm }, { surroundings: failing });
      const { publish, clock, ledger, end } = engine;
      ledger.contacts.of = away;
      const one = event("cnv_a", { contact: { waId: "15555550123" } });
      await publish(one);
      await clock.advance(0);
      const row = await ledger.delivery(`crm:${one.id}`);
      assert.deepEqual([row?.state, row?.unknown], ["open", undefined]);
      assert.match(String(thrown[0]), /^DeliveryError: the store does not say/);
      await end();
    });
  }

  it("is asked once, however often the destination wants to know", async () => {
    let asked = 0;
    const surroundings: Surroundings = {
      ...noSurroundings,
      concerned: async () => {
        asked += 1;
        return undefined;
      },
    };
    const crm = createStub();
    crm.answer = async (_event, context): Promise<"ok"> => {
      await Promise.all([context.concerned(), context.concerned()]);
      await context.concerned();
      return "ok";
    };
    const { publish, clock, end } = await startEngine({ crm }, { surroundings });
    await publish(event("cnv_a"));
    await clock.advance(0);
    assert.deepEqual([asked, crm.effects.length], [1, 1]);
    await end();
  });
});
