import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MaskCompiler } from "../../../src/ops/masking/compile.ts";
import { resolve } from "../../../src/ops/masking/contracts.ts";
import { createPseudonyms } from "../../../src/ops/masking/pseudonyms.ts";
import type { Schema } from "../../../src/ops/masking/schema.ts";

const pseudonyms = createPseudonyms(Buffer.alloc(32, 7));

function mask(schema: Schema, value: unknown, { foreign = false, parts = {} } = {}): unknown {
  const compiler = new MaskCompiler({
    find: (ref) => resolve<Schema>(parts, ref),
    other: () => assert.fail("no other document"),
    foreign,
  });
  return compiler.compile(schema)(value, pseudonyms);
}

describe("what is safe by its nature", () => {
  it("is a boolean, a number, one of an enum and a time", () => {
    assert.equal(mask({ type: "boolean" }, true), true);
    assert.equal(mask({ type: "integer" }, 1_234_567_890), 1_234_567_890);
    assert.equal(mask({ type: "string", enum: ["in", "out"] }, "in"), "in");
    assert.equal(mask({ const: "1.0" }, "1.0"), "1.0");
    const time = { type: "string", format: "date-time" };
    assert.equal(mask(time, "2026-11-20T10:00:00.000Z"), "2026-11-20T10:00:00.000Z");
    assert.equal(mask(time, new Date(0)), "1970-01-01T00:00:00.000Z");
  });

  it("only where it is of that nature", () => {
    assert.equal(mask({ type: "boolean" }, "Mia"), "3 characters");
    assert.equal(mask({ type: "integer" }, "15555550123"), "11 characters");
    assert.equal(mask({ type: "string", enum: ["in", "out"] }, "Mia"), "3 characters");
    assert.equal(mask({ const: true }, "Mia"), "3 characters");
    assert.equal(mask({ type: "string", format: "date-time" }, "Mia"), "3 characters");
    assert.equal(mask({ type: "string" }, 15_555_550_123), undefined);
    assert.deepEqual(mask({ type: "string", "x-safe": "code" }, ["Mia"]), ["3 characters"]);
  });

  it("is no number that may be a phone: in what other programs said, and where a text may stand too", () => {
    assert.equal(mask({ type: "number" }, 15_555_550_123, { foreign: true }), undefined);
    assert.equal(mask({ type: "number" }, 4.25, { foreign: true }), 4.25);
    assert.equal(mask({ type: ["string", "number"] }, 7), undefined);
    assert.equal(mask({ type: ["string", "boolean"] }, true), undefined);
    assert.equal(mask({ type: "number", "x-safe": false }, 52.5), undefined);
  });
});

describe("what is not known to be safe", () => {
  it("is a text's length, an object's size, and no number at all", () => {
    assert.equal(mask({ type: "string" }, "Where is it?"), "12 characters");
    assert.deepEqual(mask({ type: "object" }, { Mia: 1 }), { masked: "9 bytes" });
    assert.deepEqual(mask({}, [1, "ab", { a: 1 }, null]), [
      null,
      "2 characters",
      { masked: "7 bytes" },
      null,
    ]);
    assert.equal(mask({}, true), undefined);
    assert.equal(mask({ type: "string" }, null), null);
  });

  it("is left out with its key where the schema does not know it", () => {
    const schema: Schema = { type: "object", properties: { at: { "x-safe": true } } };
    assert.deepEqual(mask(schema, { at: "now", Mia: "secret" }), { at: "now" });
    const odd = JSON.parse('{"at":"now","__proto__":{"polluted":true}}');
    assert.deepEqual(Object.keys(mask(schema, odd) as object), ["at"]);
  });

  it("are the keys of a map, unless it says how they are safe", () => {
    const map: Schema = { type: "object", additionalProperties: { type: "integer" } };
    assert.deepEqual(mask(map, { Mia: 1 }), { masked: "9 bytes" });
    assert.deepEqual(mask({ ...map, "x-safe-keys": "code" }, { dead: 1, "Mia W": 2 }), {
      dead: 1,
      "5 characters": 2,
    });
  });
});

describe("a schema of several parts", () => {
  const parts = {
    Event: { type: "object", properties: { id: { "x-safe": true }, text: { type: "string" } } },
  };
  it("shows what each part knows", () => {
    const both: Schema = {
      allOf: [{ $ref: "#/Event" }, { properties: { count: { type: "integer" } } }],
    };
    assert.deepEqual(mask(both, { id: "a", text: "abc", count: 2 }, { parts }), {
      id: "a",
      text: "3 characters",
      count: 2,
    });
  });

  it("shows nothing where its parts do not agree", () => {
    const either: Schema = {
      oneOf: [
        { properties: { id: { "x-safe": true } } },
        { properties: { id: { type: "string" } } },
      ],
    };
    assert.deepEqual(mask(either, { id: "abc" }), { id: "3 characters" });
    const scalar: Schema = { oneOf: [{ type: "string", "x-safe": true }, { type: "string" }] };
    assert.equal(mask(scalar, "abc"), "3 characters");
    const orNull: Schema = { oneOf: [{ $ref: "#/Event" }, { type: "null" }] };
    assert.deepEqual(mask(orNull, { id: "abc" }, { parts }), { id: "abc" });
    assert.equal(mask(orNull, null, { parts }), null);
  });

  it("may refer to itself", () => {
    const parts = {
      Message: {
        properties: {
          id: { "x-safe": true },
          text: { type: "string" },
          edit: { $ref: "#/Message" },
        },
      },
    };
    const value = { id: "a", text: "x", edit: { id: "b", text: "yy" } };
    assert.deepEqual(mask({ $ref: "#/Message" }, value, { parts }), {
      id: "a",
      text: "1 character",
      edit: { id: "b", text: "2 characters" },
    });
  });

  it("with an unknown mark is no schema", () => {
    assert.throws(() => mask({ "x-mask": "persn" }, "x"), /persn/);
    assert.throws(() => mask({ $ref: "#/Nobody" }, "x"), /Nobody/);
  });
});

it("leaves the value itself as it was", () => {
  const value = { at: "x", inner: { text: "abc" } };
  const before = JSON.stringify(value);
  mask({ properties: { inner: { properties: { text: { type: "string" } } } } }, value);
  assert.equal(JSON.stringify(value), before);
});
