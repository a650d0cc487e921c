import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseJson, scanJson } from "../../src/receive/json.ts";
import { verifiedBody } from "../support/signed.ts";

function scan(text: string | Uint8Array) {
  const scanned = scanJson(verifiedBody(text));
  if ("unreadable" in scanned) return scanned.unreadable;
  return scanned.problems.map(({ path, reason }) => `${path}: ${reason}`);
}

function parse(text: string | Uint8Array): unknown {
  const scanned = scanJson(verifiedBody(text));
  assert.ok(!("unreadable" in scanned));
  return parseJson(scanned);
}

const twice = "the key occurs more than once";
const lossy = "the number does not fit a double";

describe("scanJson", () => {
  it("finds nothing in JSON that JSON.parse keeps as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (any) => {
        const text = JSON.stringify(any);
        assert.deepEqual(scan(text), []);
        assert.deepEqual(parse(text), { value: JSON.parse(text) });
      }),
    );
  });

  it("finds it among many keys too, early and late", () => {
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const text = `{${[...keys, "k3", "k39"].map((key) => `"${key}":0`).join(",")}}`;
    assert.deepEqual(scan(text), [`k3: ${twice}`, `k39: ${twice}`]);
  });

  it("finds every key that occurs twice in one object, however it is written", () => {
    const text = String.raw`{"a":1,"entry":[{"x":{"y":1},"y":2},{"changes":[{},{"value":{"x":1,"\u0078":2}}]}],"a":[]}`;
    assert.deepEqual(scan(text), [`entry[1].changes[1].value.x: ${twice}`, `a: ${twice}`]);
  });

  it("does not take a string value for a key", () => {
    assert.deepEqual(scan('{"a":"b","b":"a","c":["a","a"]}'), []);
  });

  it("reads quotes and backslashes in strings as JSON does", () => {
    const text = String.raw`{"a\"":"}","a\\":"\\","a":"\\\"{[","b":["\"",1e999]}`;
    assert.deepEqual(scan(text), [`b[1]: ${lossy}`]);
  });

  const halfway = ["-1986147785907621.2", "1.9861477859076212e15"];
  const plain = ["0", "1", "-1", "52.520", "7.950", "0.1", "1.0", "1e2", "1E+2", "100e-2"];
  for (const number of [...plain, ...halfway]) {
    it(`leaves ${number} alone`, () => assert.deepEqual(scan(`[${number}]`), []));
  }
  for (const number of [
    "9007199254740991",
    "9007199254740992",
    "-122.41941550000001",
    "52.520000000000003",
    "1.7976931348623157e308",
    "5e-324",
    "100000000000000000000",
    "0.000001",
  ]) {
    it(`leaves ${number} alone, which a double holds`, () =>
      assert.deepEqual(scan(`[${number}]`), []));
  }
  for (const number of [
    "-0",
    "-0.0",
    "-0e5",
    "9007199254740993",
    "12345678901234567890",
    "-12345678901234567890",
    "0.12345678901234567890",
    "1e400",
    "-1e400",
    "1e-400",
    `1${"0".repeat(400)}`,
    `0.${"1".repeat(300)}`,
  ]) {
    it(`reports ${number.slice(0, 30)}, which JSON.parse would change`, () =>
      assert.deepEqual(scan(`{"n":[0,${number}]}`), [`n[1]: ${lossy}`]));
  }

  it("agrees with JSON.parse on every double", () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
        fc.pre(!Object.is(value, -0));
        assert.deepEqual(scan(JSON.stringify([value])), []);
      }),
    );
  });

  it("strips a byte order mark", () => {
    assert.deepEqual(parse('\ufeff{"a":1}'), { value: { a: 1 } });
  });

  it("refuses what is not UTF-8", () => {
    assert.equal(scan(Buffer.from('{"a":"\xff"}', "latin1")), "not UTF-8");
    assert.equal(scan(Buffer.from('\ufeff{"a":1}', "utf16le")), "not UTF-8");
  });

  it("takes 64 levels and no more", () => {
    const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}${"]}".repeat(depth / 2)}`;
    assert.deepEqual(scan(nested(64)), []);
    assert.equal(scan(nested(66)), "deeper than 64 levels");
  });

  it("takes 500,000 keys and values and no more", () => {
    assert.deepEqual(scan(`[${"0,".repeat(499_998)}0]`), []);
    assert.equal(scan(`[${"0,".repeat(499_999)}0]`), "more than 500000 values");
  });

  it("keeps a hundred problems, and short paths", () => {
    const many = scan(`[${"1e400,".repeat(500)}1]`);
    assert.equal(many.length, 100);
    const [only] = scan(`{"${"k".repeat(1_000)}":1e400}`);
    assert.equal(only, `${"k".repeat(64)}: ${lossy}`);
  });

  it("ends on any text, and leaves its grammar to JSON.parse", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'{}[]",:\\0-1e.tfnx \u00e9'), { maxLength: 60 }),
        (chars) => {
          const scanned = scanJson(verifiedBody(chars.join("")));
          assert.ok(!("unreadable" in scanned));
          let value: unknown;
          try {
            value = JSON.parse(chars.join(""));
          } catch {
            assert.deepEqual(parseJson(scanned), { unreadable: "not JSON" });
            return;
          }
          assert.deepEqual(parseJson(scanned), { value });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
