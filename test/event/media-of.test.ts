import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mediaOf } from "../../src/event/media-of.ts";
import { makeEvent } from "../store/make-events.ts";

describe("the name of a file", () => {
  const nameOf = (filename: string) => {
    const document = { id: "m1", filename };
    const message = { id: "wamid.1", type: "document", document };
    return mediaOf(makeEvent({ data: { message } }))[0]?.name;
  };

  it("leads nowhere, turns nothing around, and is not cut within a character", () => {
    assert.equal(nameOf("../a\\b\u0000\u0085.pdf"), ".._a_b__.pdf");
    assert.equal(nameOf("cod\u202efdp.exe"), "cod_fdp.exe");
    assert.equal(nameOf(`😀${"x".repeat(199)}`), `\ufffd${"x".repeat(199)}`);
    assert.equal(nameOf("a\ud83d.pdf"), "a\ufffd.pdf");
  });
});
