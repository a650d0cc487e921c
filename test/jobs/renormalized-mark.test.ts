import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EncodedEvent, QuarantineEntry, WaypostEvent } from "../../src/contracts.ts";
import { encodeEvent } from "../../src/event/encode.ts";
import { compareEvent } from "../../src/jobs/renormalize/compare-event.ts";
import { createRenormalizer } from "../../src/jobs/renormalize/renormalizer.ts";
import { createQuarantineRetry } from "../../src/jobs/renormalize/retry-post.ts";
import { makeText } from "../store/make-events.ts";

const entry = { id: "qrt_1", receivedAt: "2026-11-20T10:00:00.000Z" } as QuarantineEntry;

/** The mark of each event that is published when what is stored is read again. */
async function published(
  stored: WaypostEvent,
  made: readonly WaypostEvent[],
  lost: WaypostEvent[],
) {
  const marks: Record<string, true | undefined> = {};
  const sources = {
    query: {
      events: async () => ({ items: [stored], next: null }),
      event: async (id: string) => (id === stored.id ? stored : undefined),
      quarantine: async () => ({ items: [entry], next: null }),
    },
    publish: async (events: readonly EncodedEvent[]) => {
      for (const { bytes } of events) {
        const { id, data } = JSON.parse(Buffer.from(bytes).toString()) as WaypostEvent;
        marks[id] = data.renormalized;
      }
    },
    read: async () => ({ events: lost.map(encodeEvent) }),
    parser: { normalize: () => ({ events: made }), dataversion: 9 },
    closeQuarantined: async () => undefined,
  };
  const range = { from: entry.receivedAt, to: "2026-11-21T10:00:00.000Z", dryRun: false };
  const { counts } = await createRenormalizer(sources)(range, new AbortController().signal);
  return { marks, counts, sources };
}

const at9 = (event: WaypostEvent, more: Partial<WaypostEvent> = {}) => ({
  ...event,
  ...{ dataversion: 9 },
  ...more,
});

describe("what only reading again brings", () => {
  const stored = makeText("one", { id: "evt_1" });
  const [other, lost] = [makeText("two", { id: "evt_2" }), makeText("three", { id: "evt_3" })];

  it("bears the mark: new events, those of quarantine, and one of another type; not what was there", async () => {
    const same = at9({ ...stored, data: { ...stored.data, contact: { waId: "15555550124" } } });
    const { marks } = await published(stored, [same, at9(other)], [lost]);
    assert.deepEqual(marks, { evt_1: undefined, evt_2: true, evt_3: true });
    const retyped = at9(stored, { type: "whatsapp.message.hologram" });
    assert.deepEqual((await published(stored, [retyped], [])).marks, { evt_1: true });
  });

  it("keeps it however often it is read again", async () => {
    const marked = { ...stored, data: { ...stored.data, renormalized: true as const } };
    const { marks, counts } = await published(marked, [at9(stored)], []);
    assert.deepEqual([marks, counts.unchanged], [{}, 1]);
    const changed = at9(stored, { source: "/whatsapp/elsewhere" });
    assert.deepEqual((await published(marked, [changed], [])).marks, { evt_1: true });
  });

  it("is not a difference, where it came through the spool, and it still says so", async () => {
    const spooled = { ...stored, spooled: true as const };
    const { counts } = await published(spooled, [at9(stored)], []);
    assert.equal(counts.unchanged, 1);
    const changed = at9(stored, { source: "/whatsapp/elsewhere" });
    assert.equal(compareEvent(spooled, [changed], 9).replacement.spooled, true);
  });

  it("bears it when one POST is retried by hand", async () => {
    const { sources, marks } = await published(stored, [at9(stored)], []);
    const retry = createQuarantineRetry({
      ...sources,
      read: async () => ({ events: [encodeEvent(lost)] }),
    });
    await retry(entry, new AbortController().signal);
    assert.deepEqual(marks, { evt_3: true });
  });
});
