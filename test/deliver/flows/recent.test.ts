import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventQuery, WaypostEvent } from "../../../src/contracts.ts";
import { recentEvents, type WhichEvents } from "../../../src/deliver/flows/recent.ts";
import { textEvent } from "../../support/sample-events.ts";
import { createMemoryLog } from "./memory-log.ts";

const conversation = "conv-1";
const start = Date.parse("2026-05-04T10:00:00.000Z");
/** Two of each second, of three types in turn. */
const eventAt = (n: number): WaypostEvent => {
  const receivedAt = new Date(start + (n >> 1) * 1_000).toISOString();
  const types = ["whatsapp.message.text", "whatsapp.outgoing.text", "business.handoff.requested"];
  const made = textEvent(n);
  const id = `event-${String(n).padStart(3, "0")}`;
  const data = { ...made.data, receivedAt, conversationId: conversation };
  return { ...made, id, type: types[n % 3] ?? "", time: receivedAt, data };
};

function logOf(count: number) {
  const log = createMemoryLog();
  log.append(Array.from({ length: count }, (_, n) => eventAt(n)));
  return log;
}

const questions: readonly WhichEvents[] = [
  { types: ["whatsapp.message.*"], limit: 1 },
  { types: ["whatsapp.outgoing.*", "business.#"], limit: 5 },
  { types: ["whatsapp.#"], from: start + 3_000, limit: 50 },
  { types: ["whatsapp.#"], from: start + 3_999, to: start + 9_000, limit: 3 },
  { types: ["business.handoff.requested"], to: start + 2_000, limit: 2 },
  { types: ["whatsapp.message.*"], from: start + 15_000, to: start + 15_000, limit: 50 },
  { types: ["business.lead.captured"], limit: 1 },
];

describe("the recent events of a conversation", () => {
  for (const count of [0, 1, 7, 19, 20, 21, 22, 40, 61]) {
    it(`are what the log answers, of ${count}`, async () => {
      for (const which of questions) {
        const log = logOf(count);
        const { types, from, to, limit } = which;
        const iso = (at: number) => new Date(at).toISOString();
        const filter = {
          ...{ conversation, types },
          ...(from !== undefined && { from: iso(from + 1) }),
          ...(to !== undefined && { to: iso(to + 1) }),
        };
        const { items } = await log.events(filter, { limit });
        const found = await recentEvents(conversation, log).newest(which);
        assert.deepEqual(found, items, JSON.stringify(which));
      }
    });
  }

  it("are read once, whatever is asked, where the conversation has no more", async () => {
    const log = logOf(20);
    const recent = recentEvents(conversation, log);
    await Promise.all(questions.map((which) => recent.newest(which)));
    assert.equal((await recent.find("event-003"))?.id, "event-003");
    assert.equal(await recent.find("event-900"), undefined);
    assert.equal(log.questions, 1);
  });

  it("are asked for again only where what is wanted may lie behind the last of them", async () => {
    const log = logOf(60);
    const asked: Parameters<EventQuery["events"]>[0][] = [];
    const events: EventQuery["events"] = (filter, page) => {
      asked.push(filter);
      return log.events(filter, page);
    };
    const recent = recentEvents(conversation, { events });
    const newest = (from: number | undefined, limit: number) =>
      recent.newest({ types: ["whatsapp.message.*"], limit, ...(from !== undefined && { from }) });
    await newest(undefined, 1);
    await newest(start + 20_000, 50);
    assert.equal(asked.length, 1);
    await newest(start + 19_999, 50);
    await newest(undefined, 50);
    assert.deepEqual(
      asked.map(({ types }) => types?.length),
      [undefined, 1, 1],
    );
  });
});
