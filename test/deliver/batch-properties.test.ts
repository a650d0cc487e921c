import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type {
  BatchItem,
  BatchOutcome,
  BatchRules,
  DeliveryError,
  Destination,
  WaypostEvent,
} from "../../src/contracts.ts";
import { createTestBus, event, outage, refused, startEngine } from "./engine.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryLedger, type MemoryLedger } from "./memory-ledger.ts";

const never = () => new Promise<never>(() => undefined);
const hour = 3_600_000;

/** What the other side does with an event, one after the other; nothing is wrong any more when they are used up. */
const fates = ["ok", "outage", "lost before", "lost after", "refused"] as const;
/** What it does with a call. */
const calls = ["each", "each", "each", "outage", "lost before", "lost after", "refused"] as const;

interface Story {
  readonly rules: BatchRules;
  readonly idempotency: Destination["idempotency"];
  /** The conversation of each event. */
  readonly events: readonly number[];
  readonly fates: readonly (typeof fates)[number][];
  readonly calls: readonly (typeof calls)[number][];
  /** After how many steps (before and after each write and each effect) the process dies, one number for each process. */
  readonly deaths: readonly number[];
}

const story: fc.Arbitrary<Story> = fc.record({
  rules: fc.record({
    along: fc.boolean(),
    across: fc.boolean(),
    waitMs: fc.constantFrom(0, 0, 2_000),
    most: fc.integer({ min: 2, max: 5 }),
  }),
  idempotency: fc.constantFrom("native", "lookup", "none"),
  events: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 14 }),
  fates: fc.array(fc.constantFrom("ok", "ok", ...fates), { maxLength: 20 }),
  calls: fc.array(fc.constantFrom(...calls), { maxLength: 8 }),
  deaths: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
});

/** The other side, which outlives every process. It takes the rows of a conversation in order, and stops at the first it does not take. */
function createVendor({ idempotency, ...told }: Story) {
  const [fatesLeft, callsLeft] = [[...told.fates], [...told.calls]];
  const effects: string[] = [];
  const refusals = new Set<string>();
  /** Batches that the rules do not allow. */
  const wrong: (readonly BatchItem[])[] = [];
  const take = ({ id }: WaypostEvent) => {
    if (idempotency !== "native" || !effects.includes(id)) effects.push(id);
  };
  const one = (item: WaypostEvent): DeliveryError | undefined => {
    if (refusals.has(item.id)) return refused();
    const fate = fatesLeft.shift() ?? "ok";
    if (fate === "refused" && !effects.includes(item.id)) {
      refusals.add(item.id);
      return refused();
    }
    if (fate === "outage") return outage();
    if (fate === "lost before") return outage({ maybeDone: true });
    take(item);
    return fate === "lost after" ? outage({ maybeDone: true }) : undefined;
  };
  return { effects, refusals, wrong, take, one, nextCall: () => callsLeft.shift() ?? "each" };
}

type Vendor = ReturnType<typeof createVendor>;

/** A process: at its last step, and ever after, nothing comes back to it and nothing goes out. */
function createProcess(
  vendor: Vendor,
  { rules, idempotency }: Story,
  lastStep = Number.POSITIVE_INFINITY,
) {
  let steps = 0;
  const step = async () => {
    steps += 1;
    if (steps >= lastStep) await never();
  };
  const isDead = () => steps >= lastStep;
  const deliverAlone = async (item: WaypostEvent) => {
    await step();
    const failure = vendor.one(item);
    await step();
    return failure;
  };
  const each = async (items: readonly BatchItem[]) => {
    const stopped = new Set<string | undefined>();
    const outcomes: BatchOutcome[] = [];
    for (const { event: item } of items) {
      const { conversationId } = item.data;
      const failure = stopped.has(conversationId) ? outage() : await deliverAlone(item);
      if (failure !== undefined && failure.verdict !== "refused") stopped.add(conversationId);
      outcomes.push(failure ?? {});
    }
    return outcomes;
  };
  const destination: Destination = {
    ...{ kind: "stub", idempotency, links: false, batch: rules },
    async deliver(item) {
      const failure = await deliverAlone(item);
      if (failure !== undefined) throw failure;
      return {};
    },
    async deliverBatch(items) {
      if (!isWithin(items, rules)) vendor.wrong.push(items);
      const call = vendor.nextCall();
      if (call === "each") return each(items);
      await step();
      if (call === "lost after") for (const item of items) vendor.take(item.event);
      throw call === "refused" ? refused() : outage({ maybeDone: call !== "outage" });
    },
    find: async ({ id }) => (vendor.effects.includes(id) ? {} : undefined),
    preview: () => undefined,
    check: async () => [],
    close: async () => undefined,
  };
  const over = (ledger: MemoryLedger) =>
    new Proxy(ledger, {
      get(target, key, receiver) {
        const value = Reflect.get(target, key, receiver);
        if (typeof value !== "function" || key === "append") return value;
        return async (...args: unknown[]) => {
          if (isDead()) return never();
          if (key !== "write") return value(...args);
          await step();
          const answer = await value(...args);
          await step();
          return answer;
        };
      },
    });
  return { destination, over, isDead };
}

function isWithin(items: readonly BatchItem[], { along, across, most }: BatchRules): boolean {
  const lanes = new Set(items.map(({ event: { data } }) => data.conversationId)).size;
  const fits = items.length >= 2 && items.length <= most;
  return fits && (along || lanes === items.length) && (across || lanes === 1);
}

/** Tells it to its end: what the other side saw, and what the ledger says of it. */
async function tell(told: Story) {
  const [clock, ledger, vendor] = [createFakeClock(), createMemoryLedger(), createVendor(told)];
  const bus = createTestBus(5);
  const events = told.events.map((n) => event(`cnv_${n}`));
  const deaths = [...told.deaths];
  // Nobody gives up.
  const config = { concurrency: 2, retry: { delaysMs: Array(40).fill(1_000) } };
  const start = async () => {
    const process = createProcess(vendor, told, deaths.shift());
    const options = { clock, bus, ledger: process.over(ledger), config };
    return { process, engine: await startEngine({ crm: process.destination }, options) };
  };
  let now = await start();
  ledger.append(events, clock.now());
  await bus.publish(events);
  const isOver = () => {
    const states = [...ledger.rows.values()].map(({ state }) => state);
    return (
      states.length === events.length && states.every((s) => s === "delivered" || s === "dead")
    );
  };
  for (let i = 0; i < 100 && !isOver(); i += 1) {
    if (now.process.isDead()) now = await start();
    await clock.advance(i < 60 ? 2_000 : hour);
  }
  const rows = (await Promise.all(events.map(({ id }) => ledger.deliveriesOf(id)))).flat();
  const { repeats = 0 } = await ledger.lease("crm");
  return { events, vendor, rows, repeats, isOver: isOver() };
}

describe("whatever becomes of batches and of the processes that send them", () => {
  it("nothing is lost, each conversation is in order, and only what may double doubles, counted", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { events, vendor, rows, repeats, isOver } = await tell(told);
        const { effects, refusals } = vendor;
        assert.ok(isOver, "it comes to an end");
        assert.deepEqual(vendor.wrong, []);
        for (const { state, eventId } of rows) {
          assert.equal(state, refusals.has(eventId) ? "dead" : "delivered");
        }
        for (const id of refusals) assert.ok(!effects.includes(id));
        for (const { id } of events) assert.ok(effects.includes(id) || refusals.has(id), "lost");
        const firsts = [...new Set(effects)];
        for (const n of new Set(told.events)) {
          const ids = events.flatMap(({ id, data }) =>
            data.conversationId === `cnv_${n}` && effects.includes(id) ? id : [],
          );
          assert.deepEqual(
            firsts.filter((id) => ids.includes(id)),
            ids,
          );
        }
        const doubles = effects.length - firsts.length;
        assert.ok(doubles <= (told.idempotency === "none" ? repeats : 0), `${doubles} doubles`);
      }),
      { numRuns: 80 },
    );
  });
});
