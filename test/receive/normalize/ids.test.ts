import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { normalize } from "../../../src/receive/normalize.ts";
import { asParsed, context, envelope, metadata, shuffleKeys } from "./envelopes.ts";

const runs = Number(process.env["FC_RUNS"] ?? 1_000);

/** An item, where it stands, and what of it makes it another item than the next one. */
interface Placed {
  readonly field: string;
  readonly list: string;
  readonly item: object;
  readonly identity: unknown;
}

const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const id = fc.constantFrom("wamid.A", "wamid.B", "wacid.A");
const timestamp = maybe("1793000000", "1793086400");
const errors = maybe([{ code: 1 }], [{ code: 2, title: "Two" }]);
const step = maybe("connect", "RINGING", "Ringing", "ringing", "call_created");

const message = fc.record({
  id,
  timestamp,
  type: maybe("text", "image"),
  from: maybe("491", "492"),
  to: maybe("492"),
});
const status = fc.record({
  id,
  timestamp,
  errors,
  status: maybe("sent", "SENT", "read", "unknown"),
  recipient_id: maybe("491", "492"),
});
const call = fc.record({
  id,
  timestamp,
  errors,
  type: fc.constant("call"),
  event: step,
  status: step,
});
const clicked = fc.record({ action_type: maybe("link_click", "page_view"), timestamp });
const failure = fc.record({ code: fc.constantFrom(1, 2), title: maybe("One", "Two") });

const { record, constant, constantFrom } = fc;
const placed: fc.Arbitrary<Placed> = fc
  .oneof(
    record({
      field: constantFrom("messages", "standby"),
      list: constant("messages"),
      item: message,
    }),
    record({
      field: constantFrom("message_echoes", "smb_message_echoes", "standby"),
      list: constant("message_echoes"),
      item: message,
    }),
    record({ field: constant("history"), list: constant("messages"), item: message }),
    record({
      field: constantFrom("messages", "standby"),
      list: constant("statuses"),
      item: status,
    }),
    record({ field: constant("calls"), list: constant("calls"), item: call }),
    record({ field: constant("calls"), list: constant("statuses"), item: call }),
    record({ field: constant("messages"), list: constant("user_actions"), item: clicked }),
    record({ field: constantFrom("messages", "calls"), list: constant("errors"), item: failure }),
  )
  .map(({ field, list, item }) => {
    const plain = asParsed(item) as Record<string, unknown>;
    return { field, list, item: plain, identity: identityOf(field, list, plain) };
  });

function identityOf(field: string, list: string, item: Record<string, unknown>): unknown {
  const family = list === "message_echoes" && field !== "standby" ? "echoes" : `${field} ${list}`;
  const named = (name: unknown, ...others: unknown[]) => [
    family,
    ...(name === undefined ? [item] : [item["id"], name, ...others]),
  ];
  if (list === "calls") return named(item["event"]);
  if (field === "calls" && list === "statuses") return named(item["status"]);
  if (list === "statuses") return named(item["status"], item["recipient_id"], item["timestamp"]);
  if (field === "history") return [family, item["id"], item["type"]];
  if (list === "messages" || list === "message_echoes") return [family, item["id"]];
  return [family, item];
}

const written = ({ identity }: Placed) =>
  JSON.stringify(shuffleKeys(identity, (a, b) => (a < b ? -1 : 1)));

function bodyOf(items: readonly Placed[]) {
  const changes = items.map(({ field, list, item }) => ({
    field,
    value: { messaging_product: "whatsapp", metadata, [list]: [item] },
  }));
  return { ...envelope("messages", {}), entry: [{ id: "318220114470021", changes }] };
}

const idsOf = (body: unknown) => normalize(body, context).events.map((event) => event.id);

describe("event ids", () => {
  it("are equal for equal items and differ for all others", () => {
    fc.assert(
      fc.property(placed, placed, (one, other) => {
        const [a] = idsOf(bodyOf([one]));
        const [b] = idsOf(bodyOf([other]));
        assert.ok(a !== undefined && b !== undefined);
        assert.equal(a === b, written(one) === written(other));
      }),
      { numRuns: runs * 10 },
    );
  });

  it("are the same in any batch and any order of keys", () => {
    fc.assert(
      fc.property(fc.uniqueArray(placed, { selector: written, maxLength: 8 }), (items) => {
        const alone = items.flatMap((each) => idsOf(bodyOf([each])));
        const reversed = shuffleKeys(bodyOf(items), (a, b) => (a < b ? 1 : -1));
        assert.deepEqual(idsOf(reversed), alone);
      }),
      { numRuns: runs },
    );
  });
});
