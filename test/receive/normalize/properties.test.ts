import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeEvent } from "../../../src/event/encode.ts";
import type { WaypostEvent } from "../../../src/event/generated.ts";
import { parseBusMessage } from "../../../src/event/parse.ts";
import { normalize } from "../../../src/receive/normalize.ts";
import { compileSchema } from "../../../src/support/schema.ts";
import { anyJson, asParsed, context, envelope, metadata, shuffleKeys } from "./envelopes.ts";

const root = new URL("../../../", import.meta.url);
const runs = Number(process.env["FC_RUNS"] ?? 1_000);
const checkEvent = compileSchema(
  JSON.parse(readFileSync(new URL("schemas/event.schema.json", root), "utf8")),
);
const fixtures = readdirSync(new URL("fixtures/meta/", root)).map((name) =>
  JSON.parse(readFileSync(new URL(`fixtures/meta/${name}`, root), "utf8")),
);
const fields = [...new Set(fixtures.flatMap(fieldsOf))];

function fieldsOf(body: { entry: { changes: { field: string }[] }[] }): string[] {
  return body.entry.flatMap(({ changes }) => changes.map(({ field }) => field));
}

const ids = (events: readonly WaypostEvent[]) => events.map(({ id }) => id).sort();

/** A fixture with a part of it dropped, replaced, renamed or repeated. */
const mutated = fc
  .tuple(fc.constantFrom(...fixtures), fc.nat(), fc.constantFrom(0, 1, 2, 3, 4), anyJson)
  .map(([body, at, how, junk]) => {
    const copy = asParsed(body);
    const spots: [Record<string, unknown>, string][] = [];
    const walk = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      for (const key of Object.keys(node)) {
        spots.push([node as Record<string, unknown>, key]);
        walk((node as Record<string, unknown>)[key]);
      }
    };
    walk(copy);
    const [node, key] = spots[at % spots.length] ?? [{}, ""];
    if (how === 0) delete node[key];
    else if (how === 1) node[key] = junk;
    else if (how === 2) node[`${key}_x`] = node[key];
    else if (how === 3) node[key] = [node[key], node[key]];
    else node[key] = String(node[key]);
    return asParsed(copy);
  });

const envelopes = fc.oneof(
  anyJson.map(asParsed),
  fc
    .tuple(fc.constantFrom(...fields, "new_field"), anyJson)
    .map(([field, value]) =>
      asParsed(envelope(field, typeof value === "object" ? { metadata, ...value } : value)),
    ),
  mutated,
);

function checkRaws(events: readonly WaypostEvent[]): void {
  for (const event of events) {
    const again = normalize(asParsed(event.data.raw), context);
    assert.deepEqual(again, { events: [asParsed(event)], problems: [] });
  }
}

describe("normalize, whatever comes", () => {
  it("is total, and makes only events that fit the schema and travel unchanged", () => {
    fc.assert(
      fc.property(envelopes, (body) => {
        const { events, problems } = normalize(body, context);
        assert.ok(events.length + problems.length > 0);
        for (const event of events) {
          assert.deepEqual(checkEvent(event), []);
          assert.deepEqual(parseBusMessage(encodeEvent(event).bytes), event);
        }
      }),
      { numRuns: runs * 5 },
    );
  });

  it("is deterministic and leaves its input alone", () => {
    fc.assert(
      fc.property(envelopes, (body) => {
        const before = JSON.stringify(body);
        const first = normalize(body, context);
        assert.deepEqual(normalize(body, context), first);
        assert.equal(JSON.stringify(body), before);
      }),
      { numRuns: runs },
    );
  });

  it("makes the same event of each raw", () => {
    fc.assert(
      fc.property(envelopes, (body) => checkRaws(normalize(body, context).events)),
      { numRuns: runs * 5 },
    );
  });

  it("gives the same ids whatever the order of keys", () => {
    fc.assert(
      fc.property(envelopes, (body) => {
        const reversed = shuffleKeys(body, (a, b) => (a < b ? 1 : -1));
        assert.deepEqual(
          ids(normalize(reversed, context).events),
          ids(normalize(body, context).events),
        );
      }),
      { numRuns: runs },
    );
  });

  it("takes values that are no JSON", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
        normalize(value, context);
        normalize(envelope("messages", value), context);
        normalize(envelope("flows", value), context);
      }),
      { numRuns: runs },
    );
  });

  it("leaves Object.prototype as it was", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(envelopes, (body) => {
        normalize(body, context);
        assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
      }),
      { numRuns: runs },
    );
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
  });
});

/** A POST of one item is that item's `raw` as it came; of several, an envelope is made around each, without what is empty. */
function withoutRaw(events: readonly WaypostEvent[]): unknown[] {
  return events.map(({ data: { raw: _, ...data }, ...event }) => ({ ...event, data }));
}

describe("normalize, however it is batched", () => {
  const changes = fixtures.flatMap((body) =>
    body.entry.flatMap((entry: { changes: unknown[] }) =>
      entry.changes.map((change) => ({ ...entry, changes: [change] })),
    ),
  );
  const post = (entry: unknown[]) => ({ object: "whatsapp_business_account", entry });

  it("makes of a batch what it makes of its parts", () => {
    const batches = fc.uniqueArray(fc.nat(changes.length - 1), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(batches, fc.nat(29), (picked, cut) => {
        const entries = picked.map((i) => changes[i]);
        const whole = normalize(post(entries), context).events;
        const parts = [entries.slice(0, cut), entries.slice(cut)]
          .filter((part) => part.length > 0)
          .flatMap((part) => normalize(post(part), context).events);
        assert.deepEqual(withoutRaw(whole), withoutRaw(parts));
      }),
      { numRuns: runs },
    );
  });

  it("makes of one value with many items what it makes of a value for each", () => {
    const items = fc.uniqueArray(
      fc.record({
        person: fc.nat(9),
        named: fc.boolean(),
        kind: fc.constantFrom("messages", "statuses", "user_actions"),
        nth: fc.nat(500),
      }),
      { minLength: 1, maxLength: 40, selector: ({ kind, nth }) => `${kind}${nth}` },
    );
    fc.assert(
      fc.property(items, (picked) => {
        const parts = picked.map((item) => valueWith([item]));
        const whole = normalize(envelope("messages", valueWith(picked)), context);
        const each = parts.flatMap((part) => normalize(envelope("messages", part), context).events);
        assert.deepEqual(whole.problems, []);
        const byId = (a: WaypostEvent, b: WaypostEvent) => (a.id < b.id ? -1 : 1);
        assert.deepEqual(withoutRaw(whole.events.sort(byId)), withoutRaw(each.sort(byId)));
      }),
      { numRuns: runs },
    );
  });
});

interface Picked {
  readonly person: number;
  readonly named: boolean;
  readonly kind: string;
  readonly nth: number;
}

function valueWith(picked: readonly Picked[]) {
  const people = [
    ...new Set(picked.filter((p) => p.named && p.kind !== "user_actions").map((p) => p.person)),
  ];
  const value: Record<string, unknown[]> = {
    contacts: people.map((n) => ({
      profile: { name: `Person ${n}` },
      wa_id: `49155500${n}`,
      user_id: `DE.${n}`,
    })),
  };
  for (const { person, named, kind, nth } of picked) {
    const name = named ? person : person + 100;
    const item =
      kind === "messages"
        ? { from: `49155500${name}`, id: `wamid.${nth}`, timestamp: "1793000000", type: "text" }
        : kind === "statuses"
          ? { recipient_user_id: `DE.${name}`, id: `wamid.${nth}`, status: "read", timestamp: "1" }
          : { action_type: "landing_page_view", timestamp: String(nth + 1) };
    value[kind] = [...(value[kind] ?? []), item];
  }
  return { messaging_product: "whatsapp", metadata, ...value };
}
