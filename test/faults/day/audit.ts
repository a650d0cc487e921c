import assert from "node:assert/strict";
import type { Delivery, WaypostEvent } from "../../../src/contracts.ts";
import type { DayEnd } from "./run-day.ts";
import type { Vendor } from "./vendor.ts";

/** The log, the ledger and the vendor's book agree item by item. */
export function auditVendor(vendor: Vendor, { events, rows }: DayEnd): void {
  const { name } = vendor;
  const own = rows.get(name) ?? [];
  const dead = own.filter(({ state }) => state !== "delivered");
  assert.deepEqual(
    dead.map(({ eventType, state, reason, history }) => {
      const { answer } = history.at(-1) ?? {};
      return { eventType, state, reason, answer };
    }),
    [],
    `${name}: all rows are delivered`,
  );
  const routed = new Set(own.map(({ eventId }) => eventId));
  assert.equal(routed.size, own.length, `${name}: one row an event`);
  const wanted = events.filter(({ id }) => routed.has(id)).filter((event) => vendor.writes(event));
  if (vendor.count) assert.equal(vendor.count(), wanted.length, `${name}: as many as were written`);
  if (vendor.effects) auditEffects(vendor, { own, wanted, events });
  vendor.audit?.(wanted);
}

/** By the ids that the vendor keeps. */
function auditEffects(
  vendor: Vendor,
  {
    own,
    wanted,
    events,
  }: {
    readonly own: readonly Delivery[];
    readonly wanted: readonly WaypostEvent[];
    readonly events: readonly WaypostEvent[];
  },
): void {
  const { name } = vendor;
  const effects = vendor.effects?.() ?? [];
  const doubled = effects.filter((id, at) => effects.indexOf(id) !== at);
  assert.deepEqual(doubled, [], `${name}: nothing took effect twice`);
  const ids = wanted.map(({ id }) => id);
  const missing = ids.filter((id) => !effects.includes(id));
  assert.deepEqual(typesOf(events, missing), [], `${name}: nothing is missing`);
  const strange = effects.filter((id) => !ids.includes(id));
  assert.deepEqual(typesOf(events, strange), [], `${name}: nothing came besides`);
  inOrder(name, effects, own, events);
}

/** Each conversation's effects stand in the order of its rows. */
function inOrder(
  name: string,
  effects: readonly string[],
  rows: readonly { readonly eventId: string; readonly seq: number }[],
  events: readonly WaypostEvent[],
): void {
  const seqs = new Map(rows.map(({ eventId, seq }) => [eventId, seq]));
  const conversations = new Map(events.map(({ id, data }) => [id, data.conversationId ?? id]));
  const last = new Map<string, number>();
  for (const id of effects) {
    const conversation = conversations.get(id) ?? id;
    const seq = seqs.get(id) ?? -1;
    assert.ok(seq > (last.get(conversation) ?? 0), `${name}: ${id} came out of order`);
    last.set(conversation, seq);
  }
}

function typesOf(events: readonly WaypostEvent[], ids: readonly string[]): string[] {
  return ids.map((id) => `${events.find((event) => event.id === id)?.type ?? "unknown"} ${id}`);
}
