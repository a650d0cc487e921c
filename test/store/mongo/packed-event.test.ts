import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { mongo } from "mongoose";
import { packEvent, unpackEvent } from "../../../src/store/mongo/packed-event.ts";
import { makeEvent } from "../make-events.ts";

it("comes back from BSON as it went in, whatever JSON a payload holds", () => {
  const { serialize, deserialize } = mongo.BSON;
  const key = fc.oneof(
    fc.string({ unit: "binary", maxLength: 5 }),
    fc.constantFrom("$ref", "$id", "$db", "_bsontype", "toBSON", "__proto__", "a.b", "_id", "0"),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(null, true, false, "", "ObjectId"),
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((pairs) => {
        const json = pairs.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`);
        return JSON.parse(`{${json.join(",")}}`);
      }),
    ),
  }));
  fc.assert(
    fc.property(value, (raw) => {
      const event = makeEvent({ data: { raw: JSON.parse(JSON.stringify(raw)) } });
      const { packed } = deserialize(serialize({ packed: packEvent(event) }));
      assert.deepEqual(unpackEvent(packed), event);
    }),
    { numRuns: 2_000 },
  );
});

it("keeps an ordinary event as a document", () => {
  const event = makeEvent();
  assert.equal(packEvent(event), event);
});
