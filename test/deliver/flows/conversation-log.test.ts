import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventFilter, WaypostEvent } from "../../../src/contracts.ts";
import { conversationLog } from "../../../src/deliver/flows/conversation-log.ts";
import { textEvent } from "../../support/sample-events.ts";
import { createMemoryLog } from "./memory-log.ts";

const conversation = "conv-1";
const start = Date.parse("2026-05-04T10:00:00.000Z");
const iso = (at: number) => new Date(at).toISOString();
const kinds = ["whatsapp.message.text", "whatsapp.outgoing.text", "business.handoff.requested"];

/** Two of each second, of three types in turn. */
function eventAt(n: number, receivedAt = iso(start + (n >> 1) * 1_000)): WaypostEvent {
  const made = textEvent(n);
  const data = { ...made.data, receivedAt, conversationId: conversation };
  const id = `event-${String(n).padStart(3, "0")}`;
  return { ...made, id, type: kinds[n % 3] ?? "", time: receivedAt, data };
}

const asking = eventAt(999, iso(start + 3_600_000));

function logOf(count: number, about = asking) {
  const log = createMemoryLog();
  log.append(Array.from({ length: count }, (_, n) => eventAt(n)));
  const asked: EventFilter[] = [];
  const events: typeof log.events = (filter, page) => {
    asked.push(filter);
    return log.events(filter, page);
  };
  return { events: log.events, asked, about: conversationLog(about, { ...log, events }) };
}

interface Which {
  readonly types: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

const questions: readonly Which[] = [
  { types: ["whatsapp.message.*"], limit: 1 },
  { types: ["whatsapp.outgoing.*", "business.#"], limit: 5 },
  { types: ["whatsapp.#"], from: start + 3_000, limit: 50 },
  { types: ["whatsapp.#"], from: start + 3_999, to: start + 9_000, limit: 3 },
  { types: ["business.handoff.requested"], to: start + 2_000, limit: 2 },
  { types: ["whatsapp.message.*"], from: start + 14_999, to: start + 15_000, limit: 50 },
  { types: ["business.lead.captured"], limit: 1 },
  { types: ["#"], limit: 300 },
];

describe("what the log has of a conversation", () => {
  for (const count of [0, 1, 7, 19, 20, 21, 22, 40, 61, 250]) {
    it(`is all that was asked for, of ${count}`, async () => {
      for (const which of questions) {
        const { events, about } = logOf(count);
        const { types, from, to, limit } = which;
        const filter = {
          ...{ conversation, types },
          ...(from !== undefined && { from: iso(from + 1) }),
          ...(to !== undefined && { to: iso(to + 1) }),
        };
        const { items } = await events(filter, { limit });
        for (const question of ["first", "second"]) {
          const words = `${question}: ${JSON.stringify(which)}`;
          assert.deepEqual(await about.newest(types, which), items, words);
        }
        const oldest = items.at(-1);
        const times = { from: from ?? 0, ...(to !== undefined && { to }) };
        const isThere = await about.some(types, times, ({ id }) => id === oldest?.id);
        assert.equal(isThere, oldest !== undefined);
        assert.equal(await about.some(types, times, () => false), false);
      }
    });
  }

  it("has the last before the event, however many came after it", async () => {
    const { about } = logOf(250, eventAt(33));
    const last = await about.lastBefore(["whatsapp.message.*"], start);
    assert.equal(last?.id, "event-030");
    assert.equal((await about.lastBefore(["whatsapp.outgoing.*"], start))?.id, "event-031");
    assert.equal(await about.lastBefore(["whatsapp.message.*"], start + 15_000), undefined);
  });

  it("is read once, whatever is asked, where the conversation is short", async () => {
    const { about, asked } = logOf(20);
    await about.newest(["business.#"]);
    await Promise.all(questions.map(({ types, ...which }) => about.newest(types, which)));
    assert.equal((await about.other("event-003"))?.id, "event-003");
    assert.deepEqual(
      asked.map(({ types }) => types),
      [["business.#"], undefined],
      "the first question alone by itself",
    );
  });

  it("is asked for again only where what is wanted may lie behind its last events", async () => {
    const { about, asked } = logOf(60);
    const newest = (from: number | undefined, limit: number) =>
      about.newest(["whatsapp.message.*"], { limit, ...(from !== undefined && { from }) });
    await about.newest(["business.#"]);
    asked.length = 0;
    await newest(undefined, 1);
    await newest(start + 20_000, 50);
    assert.deepEqual(
      asked.map(({ types }) => types),
      [undefined],
    );
    await newest(start + 19_999, 50);
    await newest(undefined, 50);
    assert.deepEqual(
      asked.map(({ types }) => types?.length),
      [undefined, 1, 1],
    );
  });
});
