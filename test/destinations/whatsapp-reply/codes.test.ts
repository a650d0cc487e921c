import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { codes, judge } from "../../../src/destinations/whatsapp-reply/codes.ts";

const page = readFileSync(
  path.resolve(import.meta.dirname, "../../../docs/destinations/whatsapp-reply.md"),
  "utf8",
);

function does({ verdict, maybeDone, laneOnly }: (typeof codes)[number]): string {
  if (verdict === "refused") return "dead";
  if (verdict === "config") return "pauses";
  if (maybeDone) return "asks";
  return laneOnly ? "waits, this contact alone" : "waits";
}

describe("Meta's codes", () => {
  it("stand on the page, each with what is done", () => {
    for (const [code, meaning] of Object.entries(codes)) {
      const row = `| ${code} | ${meaning.words} | ${does(meaning)} |`;
      assert.ok(page.includes(row), row);
    }
    const rows = page.match(/^\| \d+ \|/gm) ?? [];
    assert.equal(rows.length, Object.keys(codes).length);
  });

  it("mean what Meta says", () => {
    const verdictOf = (code: unknown) => judge({ json: { error: { code } } })?.verdict;
    const known = {
      refused: [131047, 131049, 131026, 131030, 131051, 131062, 132000, 132001, 132012, 132015],
      outage: [130429, 131056, 131048, 80007, 131000, 131016, 133004],
      config: [0, 10, 190, 200, 299, 368, 131031, 131042, 131045, 133010],
    };
    for (const [verdict, all] of Object.entries(known)) {
      for (const code of all) assert.equal(verdictOf(code), verdict, String(code));
    }
    assert.equal(judge({ json: { error: { code: 131056 } } })?.laneOnly, true);
    const gone = judge({ json: { error: { code: 100, error_subcode: 33 } } });
    assert.deepEqual([gone?.verdict, gone?.code], ["config", "with the code 33"]);
    assert.equal(
      judge({ json: { error: { code: 100, error_subcode: 2_018_001 } } })?.verdict,
      "refused",
    );
    for (const code of [999_999, "x", null, undefined]) assert.equal(verdictOf(code), undefined);
    for (const json of [undefined, null, "no", [], { error: null }]) {
      assert.equal(judge({ json }), undefined);
    }
  });
});
