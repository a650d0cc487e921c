import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { redactAnswer } from "../../src/destinations/redact-answer.ts";
import { makeText } from "../store/make-events.ts";

describe("an answer as the ledger keeps it", () => {
  it("says nothing of the event, however long that is", () => {
    for (const text of ["short words", "long words. ".repeat(5_461), "👩‍👩‍👧 ".repeat(8_000)]) {
      const echo = `bad: ${text.slice(0, 4_900)}`;
      assert.equal(redactAnswer(echo, makeText(text)), "bad: …");
      assert.equal(redactAnswer("too long", makeText(text)), "too long");
    }
  });

  it("says no secret, as it is or encoded, and no address", () => {
    const encoded = Buffer.from("invented secret").toString("base64");
    const answer = `invented secret ${encoded} for sales@acme.example`;
    assert.equal(redactAnswer(answer, makeText("x"), ["invented secret"]), "… … for …");
  });
});
