import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { InvalidCursorError } from "../../../src/contracts.ts";
import { encodeCursor, parseCursor } from "../../../src/store/table/cursor.ts";

it("reads back every place it wrote", () => {
  const id = fc.string({ minLength: 1, maxLength: 100, unit: "grapheme" });
  fc.assert(
    fc.property(fc.nat({ max: 4e15 }), id, (at, text) => {
      const place = { at, id: text };
      assert.deepEqual(parseCursor(encodeCursor(place)), place);
    }),
  );
});

it("refuses every other text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.throws(() => parseCursor(text), InvalidCursorError);
    }),
  );
  const good = encodeCursor({ at: 1, id: "evt_1" });
  for (const bad of [`${good}=`, `${good} `, `${good}+`, encodeCursor({ at: -1, id: "x" })]) {
    assert.throws(() => parseCursor(bad), InvalidCursorError);
  }
});

it("is safe in a URL", () => {
  assert.match(encodeCursor({ at: 1_800_000_000_000, id: "evt_3k9?&=%/ü" }), /^[\w-]+$/);
});
