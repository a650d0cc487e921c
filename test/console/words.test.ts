import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatFragment, parseFragment } from "../../console/app/fragment.ts";
import { fate, why } from "../../console/words/delivery.ts";
import { preview, typeInWords } from "../../console/words/event.ts";
import { nameOf } from "../../console/words/person.ts";
import { areaOf, lineOf, niceTop, timeTicks } from "../../console/words/plot.ts";
import { receiver, replayFilterInWords } from "../../console/words/replay.ts";
import { quoted } from "../../console/words/shell.ts";
import { fullTime, relative, shortTime, span } from "../../console/words/time.ts";

const now = Date.parse("2026-12-01T14:03:22Z");

describe("times in words", () => {
  it("are as long as a column, and say the unit", () => {
    const spans = [400, 59_400, 60_000, 3_599_000, 7_380_000, 90_000_000, 200_000_000].map(span);
    assert.deepEqual(spans, ["1 s", "59 s", "1 min", "59 min", "2 h 3 min", "25 h", "2 d"]);
    assert.equal(relative("2026-12-01T14:00:22Z", now), "3 min ago");
    assert.equal(relative("2026-12-01T16:03:22Z", now), "in 2 h");
    for (const at of ["2026-12-01T14:03:21.500Z", "2026-12-01T14:03:27Z"])
      assert.equal(relative(at, now), "now");
  });

  it("have the date where it is another day, the year where it is another year", () => {
    const shown = (at: string) => shortTime(at, now, "utc");
    assert.equal(shown("2026-12-01T00:00:00Z"), "00:00:00");
    assert.equal(shown("2026-11-30T23:59:59Z"), "30 Nov, 23:59");
    assert.equal(shown("2025-12-01T14:03:22Z"), "1 Dec 2025");
    assert.match(fullTime("2026-12-01T14:03:22.120Z", "utc"), /^1 Dec 2026.*14:03:22\.120 UTC$/);
  });
});

describe("a person", () => {
  it("has the first name of which anything is seen", () => {
    const [name, username, waId, userId] = ["Mia", "mia", "4915156967718", "DE.741"];
    assert.equal(nameOf({ name, username, waId, userId }), "Mia");
    assert.equal(nameOf({ name: "\u200B\u200C \uFEFF", username, waId }), "@mia");
    assert.equal(nameOf({ name: "\u3164", waId, userId }), "+4915156967718");
    assert.equal(nameOf({ name: "🌙" }), "🌙");
    assert.equal(nameOf({ username: "per_a1", waId: "per_b2" }), "per_a1");
    assert.equal(nameOf({}), "");
  });
});

describe("what is sent again", () => {
  it("says what was asked for and where it goes, in the words of the pages", () => {
    const dead = { of: "deliveries", state: "dead", destination: "desk" };
    assert.equal(replayFilterInWords(dead), "deliveries, gave up, to desk");
    const events = { of: "events", types: ["whatsapp.message.#"], from: "2026-11-20T10:00:00Z" };
    assert.equal(replayFilterInWords(events), "events, all messages, since 2026-11-20T10:00:00Z");
    assert.equal(receiver({ to: "crm", filter: dead }), "crm");
    assert.equal(receiver({ to: "routed", filter: dead }), "where they were for");
  });
});

describe("the fragment", () => {
  it("leads back to what it was made of, whatever ids and filters are", () => {
    const texts = fc.string({ unit: "binary", minLength: 1 });
    fc.assert(
      fc.property(texts, fc.array(fc.tuple(texts, texts)), (id, pairs) => {
        const params = new URLSearchParams(pairs);
        const route = parseFragment(formatFragment({ page: "events", id, params }));
        assert.equal(route.id, id);
        assert.equal(route.params.toString(), params.toString());
      }),
    );
  });

  it("that is none is the overview", () => {
    for (const fragment of ["", "#", "#/", "#?x=1"])
      assert.equal(parseFragment(fragment).page, "overview");
    assert.equal(parseFragment("#/events/%E0%A4%A").id, "%E0%A4%A");
  });
});

describe("a chart", () => {
  const plot = { width: 358, height: 126, from: 0, to: 3, top: 100 };

  it("has a gap where a value is not known", () => {
    const times = [0, 1, 2, 3];
    assert.equal(lineOf(plot, times, [0, 100, null, 50]), "M52 106L152 6M350.5 56h3");
    assert.equal(areaOf(plot, times, [0, 100, null, null]), "M52 106L52 106L152 6L152 106Z");
    assert.equal(lineOf(plot, times, [null, null, null, null]), "");
  });

  it("ends at a round value that nothing is above", () => {
    assert.deepEqual([0, 1, 3, 7, 21, 250, 1_001].map(niceTop), [2, 2, 4, 10, 40, 400, 2_000]);
    fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), (value) => niceTop(value) >= value));
  });

  it("has its times at round moments of the zone's clock, as many as there is room for", () => {
    const day = { ...plot, width: 600, from: now - 86_400_000, to: now };
    const ticks = timeTicks(day, 3_600_000);
    assert.ok(ticks.length >= 3 && ticks.length <= 7, `${ticks.length}`);
    for (const at of ticks) assert.equal((at + 3_600_000) % 21_600_000, 0);
  });
});

describe("other words", () => {
  it("say what became of a delivery as a person would", () => {
    const of = (state: "delivered" | "open" | "dead" | "skipped" | "scheduled" | "sending") =>
      fate({ state, destination: "zendesk" });
    assert.equal(of("delivered"), "taken by zendesk");
    assert.equal(of("open"), "waiting for zendesk");
    assert.equal(of("dead"), "gave up on zendesk");
    assert.equal(of("skipped"), "not wanted by zendesk");
    const open = { state: "open", history: [{ outcome: "outage", answer: "503", at: "", ms: 1 }] };
    const nextAt = new Date(now + 60_000).toISOString();
    assert.equal(why({ ...open, nextAt } as never, now), "503; next try in 1 min");
  });

  it("say types and events without their dots", () => {
    assert.equal(typeInWords("whatsapp.message.text"), "Message");
    assert.equal(typeInWords("whatsapp.outgoing.template"), "Sent: template");
    assert.equal(typeInWords("whatsapp.status.read"), "Read");
    assert.equal(typeInWords("business.payment.succeeded"), "Payment succeeded");
    const data = { message: { id: "m", type: "text", text: { body: "Where?" } } };
    assert.equal(preview({ type: "whatsapp.message.text", data } as never), "Where?");
  });

  it("survive a shell as they are", () => {
    for (const text of ["plain", "it's", '$HOME `id` \\ "x"', "two\nlines"]) {
      assert.equal(execFileSync("sh", ["-c", `printf %s ${quoted(text)}`]).toString(), text);
    }
  });
});
