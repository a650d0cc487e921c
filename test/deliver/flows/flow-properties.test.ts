import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { isQuarantined } from "../../../src/event/event.ts";
import { makeEvent } from "../../store/make-events.ts";
import { createWorld, hour, type RouteParts, startFlows } from "./flow-engine.ts";

const inbound = { type: ["whatsapp.message.*"] };
const routes: RouteParts[] = [
  {
    name: "mark",
    when: inbound,
    set: { tag: { add: ["wrote"], remove: [] } },
    // Rendered anew it would say another time.
    emit: { type: "business.marked", data: { text: "{{ message.text.body }}" } },
  },
  { name: "welcome", when: inbound, once: { per: "contact", for: hour }, to: ["crm"] },
  { name: "tagged", when: inbound, only: { tag: ["wrote"] }, to: ["desk"] },
  { name: "marked", when: { type: ["business.marked"] }, to: ["seen"] },
];

const accounts = ["700700700700700", "700700700700701"];

/** Of two people over two numbers, a quarter of an hour apart: of one person within the hour of `welcome`. */
function eventsOf(count: number, start: number): WaypostEvent[] {
  return Array.from({ length: count }, (_, n) =>
    makeEvent({
      contact: { waId: `1555555012${n % 2}` },
      account: { phoneNumberId: accounts[(n >> 1) % 2] ?? "" },
      receivedAt: new Date(start + (n * hour) / 4).toISOString(),
      data: { message: { id: `wamid.${n}`, type: "text", text: { body: `text ${n}` } } },
    }),
  );
}

/** Those that come at once are asked beside each other. */
type Step =
  | { readonly come: readonly number[] }
  | { readonly wait: number }
  | "fail"
  | "mend"
  | "restart";

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ come: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }) }),
    },
    { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 40_000 }) }) },
    fc.constantFrom<Step>("fail", "mend", "restart"),
  ),
  { maxLength: 16 },
);

async function play(all: readonly Step[], exclusive: boolean) {
  const world = createWorld(undefined, exclusive);
  const { clock, ledger, bus } = world;
  const events = eventsOf(8, clock.now());
  const published = new Map<string, Set<string>>();
  const publish = bus.publish;
  bus.publish = async (items) => {
    for (const item of items) {
      if (isQuarantined(item) || item.type !== "business.marked") continue;
      const forms = published.get(item.id) ?? new Set();
      published.set(item.id, forms.add(JSON.stringify(item)));
    }
    await publish(items);
  };
  const effects: { readonly to: string; readonly event: WaypostEvent; readonly key: string }[] = [];
  let flows = await startFlows(routes, { world });
  const end = async () => {
    await flows.engine.end();
    for (const [to, { calls }] of Object.entries(flows.stubs)) {
      for (const { event, context } of calls) {
        effects.push({ to, event, key: context.idempotencyKey });
      }
    }
  };
  const restart = async () => {
    await end();
    flows = await startFlows(routes, { world });
  };
  const came: WaypostEvent[] = [];
  const come = async (...some: readonly WaypostEvent[]) => {
    came.push(...some);
    await flows.receive(...some);
  };
  for (const step of all) {
    if (step === "fail") ledger.failing.add("write");
    else if (step === "mend") ledger.failing.delete("write");
    else if (step === "restart") await restart();
    else if ("come" in step) await come(...step.come.flatMap((n) => events[n] ?? []));
    else await clock.advance(step.wait);
  }
  ledger.failing.delete("write");
  await restart();
  // Whoever did not come yet comes now; all others a second time.
  for (const event of events) await come(event);
  await clock.advance(hour);
  const rows = await ledger.deliveries({}, { limit: 200 });
  await end();
  return { events, came, published, effects, rows: rows.items };
}

function judge({ events, came, published, effects, rows }: Awaited<ReturnType<typeof play>>) {
  assert.deepEqual(
    rows.filter(({ doneAt }) => doneAt === undefined),
    [],
    "nothing is left",
  );
  assert.equal(published.size, events.length, "each emits");
  for (const forms of published.values()) assert.equal(forms.size, 1, "of each there is one");
  const first = (to: string) => {
    const seen = new Set<string>();
    return effects.filter((each) => each.to === to && !seen.has(each.key) && seen.add(each.key));
  };
  assert.equal(first("seen").length, events.length, "none lost, none doubled");
  const arrival = [...new Set(came)];
  for (const id of new Set(events.map(({ data }) => data.conversationId))) {
    const of = (list: readonly WaypostEvent[]) =>
      list.filter(({ data }) => data.conversationId === id).map((event) => event.id);
    assert.deepEqual(of(first("desk").map(({ event }) => event)), of(arrival), "in order");
  }
  for (const waId of new Set(events.map(({ data }) => data.contact?.waId))) {
    const times = first("crm")
      .filter(({ event }) => event.data.contact?.waId === waId)
      .map(({ event }) => Date.parse(event.data.receivedAt))
      .sort((a, b) => a - b);
    const isCovered = (at: number) => times.some((time) => at < time + hour);
    const own = events.filter(({ data }) => data.contact?.waId === waId);
    assert.ok(
      own.every(({ data }) => isCovered(Date.parse(data.receivedAt))),
      "nobody is left out but for one that went out",
    );
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= hour),
      `once a window: ${gaps}`,
    );
  }
}

describe("routes that remember, in whatever order, with whatever failing between", () => {
  for (const exclusive of [true, false]) {
    const who = exclusive ? "alone" : "that takes over from others";
    it(`do all once and in order, by a worker ${who}`, async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => judge(await play(all, exclusive))),
        { numRuns: 8 },
      );
    });
  }
});
