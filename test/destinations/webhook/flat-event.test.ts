import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { flatEvent } from "../../../src/destinations/webhook/flat-event.ts";
import { makeEvent, makeText } from "../../store/make-events.ts";

const fixtures = new URL("../../../fixtures/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, fixtures), "utf8"));
const business = (data: object) =>
  flatEvent(makeEvent({ type: "business.lead.captured", data: { business: { ...data } } }));

/** What is always there, in this order. People have picked these keys: none goes, none is renamed. */
const always =
  "event_id type time received_at direction account_waba_id account_phone_number_id account_display_phone_number conversation_id contact_name contact_phone contact_wa_id contact_user_id contact_username message_id message_type message_text message_reply_id message_quoted_id message_file_id message_file_name message_file_type status error_code error_text error_meaning";

describe("an event as flat JSON", () => {
  for (const name of readdirSync(new URL("flat/", fixtures))) {
    it(`is what it always was: ${name}`, () => {
      const events = read(`events/${name}`) as WaypostEvent[];
      assert.deepEqual(events.map(flatEvent), read(`flat/${name}`));
      // Fields are offered in the order of the first body.
      const keys = (flats: readonly object[]) => flats.map((flat) => Object.keys(flat));
      assert.deepEqual(keys(events.map(flatEvent)), keys(read(`flat/${name}`) as object[]));
    });
  }

  it("has the same first keys, as texts, for every event there is", () => {
    for (const name of readdirSync(new URL("events/", fixtures))) {
      for (const event of read(`events/${name}`) as WaypostEvent[]) {
        const flat = flatEvent(event);
        const entries = Object.entries(flat);
        const first = entries.slice(0, always.split(" ").length);
        assert.equal(first.map(([key]) => key).join(" "), always, name);
        for (const [key, value] of first) assert.equal(typeof value, "string", `${name}: ${key}`);
        for (const [key, value] of entries) {
          assert.match(key, /^[\p{Ll}\p{Lo}\p{N}_]+$/u, name);
          assert.ok(["string", "number", "boolean"].includes(typeof value), `${name}: ${key}`);
        }
        assert.ok(entries.length <= 300);
        assert.ok(!("raw" in flat) && !entries.some(([key]) => key.startsWith("raw_")));
      }
    }
  });

  it("has what services tell under business_, lists from 1 on", () => {
    const flat = business({
      city: "Berlin",
      leadScore: 7,
      "Größe in cm": 3,
      isVip: true,
      tags: ["a", { deep: "b" }],
      nothing: null,
      businessUnit: "south",
    });
    assert.deepEqual(
      Object.entries(flat).filter(([key]) => key.startsWith("business_")),
      [
        ["business_city", "Berlin"],
        ["business_lead_score", 7],
        ["business_größe_in_cm", 3],
        ["business_is_vip", true],
        ["business_tags_1", "a"],
        ["business_tags_2_deep", "b"],
        ["business_unit", "south"],
      ],
    );
  });

  it("lets nobody replace a first key, nor reach a prototype, whatever the keys", () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "x", "": {"": 1}}');
    const flat = business(hostile);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.equal(flat["business_constructor"], "x");
    const event = makeText("mine", { data: { event: { id: "theirs" } } as never });
    assert.equal(flatEvent(event)["event_id"], event.id);
    fc.assert(
      fc.property(fc.object({ maxDepth: 12 }), (data) => {
        for (const value of Object.values(business(data))) {
          assert.ok(typeof value !== "object" && value !== undefined);
          JSON.stringify(value);
        }
      }),
      { numRuns: 100 },
    );
  });
});
