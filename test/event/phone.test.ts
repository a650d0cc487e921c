import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { countryOf, phoneCandidates } from "../../src/event/phone.ts";

const noPhones = ["DE.7410258963", "ES.5512093847266", "DE.ENT.12", "mia", "", "+", "12345", "0"];

describe("countryOf", () => {
  const table: [string, string | undefined][] = [
    ["4915550002211", "DE"],
    ["+49 30 5550 1200", "DE"],
    ["0034 655 500 112", "ES"],
    ["16315551181", "US"],
    ["12042345678", "CA"],
    ["77012345678", "KZ"],
    ["74951234567", "RU"],
    ["441534123456", "JE"],
    ["5215512345678", "MX"],
    ["551155500011", "BR"],
    ["393331234567", "IT"],
    ["15555550123", undefined],
    ["999123456789", undefined],
    ["88312345678901", undefined],
  ];
  for (const [phone, country] of table) {
    it(`of ${phone} is ${country}`, () => assert.equal(countryOf(phone), country));
  }

  it("is none of what is no phone", () => {
    for (const text of [...noPhones, "1".repeat(16), "9".repeat(10_000)]) {
      assert.equal(countryOf(text), undefined, text);
    }
  });
});

describe("phoneCandidates", () => {
  const pairs: [title: string, one: string, other: string][] = [
    ["Brazil's ninth digit", "5511955500011", "551155500011"],
    ["Brazil's ninth digit elsewhere", "5585987654321", "558587654321"],
    ["Mexico's 1", "5215512345678", "525512345678"],
    ["Argentina's 9", "5491123456789", "541123456789"],
  ];
  for (const [title, one, other] of pairs) {
    it(`knows ${title}, both ways, the given number first`, () => {
      assert.deepEqual(phoneCandidates(one), [one, other]);
      assert.deepEqual(phoneCandidates(other), [other, one]);
    });
  }

  it("takes any writing", () => {
    assert.deepEqual(phoneCandidates("+55 (11) 95550-0011"), ["5511955500011", "551155500011"]);
    assert.deepEqual(phoneCandidates("0049 1555 0002211"), ["4915550002211"]);
  });

  it("has none but the number elsewhere, and of a landline in Brazil", () => {
    for (const phone of ["4915550002211", "15555550123", "551133334444"]) {
      assert.deepEqual(phoneCandidates(phone), [phone]);
    }
  });

  it("has none of what is no phone", () => {
    for (const text of noPhones) assert.deepEqual(phoneCandidates(text), [], text);
  });

  it("gives every phone of a pair the same pair", () => {
    const digits = fc.tuple(
      fc.constantFrom("55", "52", "54", "49"),
      fc.stringMatching(/^[0-9]{8,12}$/),
    );
    fc.assert(
      fc.property(digits, ([country, rest]) => {
        const candidates = phoneCandidates(country + rest);
        for (const each of candidates) {
          assert.deepEqual(phoneCandidates(each).sort(), [...candidates].sort());
        }
      }),
    );
  });
});
