import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createPseudonyms, noPseudonyms } from "../../../src/ops/masking/pseudonyms.ts";

const key = Buffer.alloc(32, 7);
const pseudonyms = createPseudonyms(key);
const person = (id: string) => pseudonyms.of("person", id);
const wamid = "wamid.HBgLMTU1NTU1NTAxMjMVAgASGBQzQTU4==";
const conversation = `cnv_${"a2".repeat(16)}`;

describe("a pseudonym", () => {
  it("is the same for the same id and key, and another under another key", () => {
    const others = createPseudonyms(Buffer.alloc(32, 8));
    for (const kind of ["person", "message", "cursor", "id"] as const) {
      assert.equal(pseudonyms.of(kind, wamid), createPseudonyms(key).of(kind, wamid));
      assert.notEqual(pseudonyms.of(kind, wamid), others.of(kind, wamid));
    }
  });

  it("is one for a phone in whatever writing, a BSUID and a username", () => {
    for (const phone of ["+1 (555) 555-0123", "0015555550123", " 1.555.555.0123"]) {
      assert.equal(person(phone), person("15555550123"));
    }
    assert.equal(person("@Mia.B"), person("mia.b"));
    assert.notEqual(person("DE.741"), person("DE.742"));
    assert.notEqual(person("DE.abc"), person("DE.ABC"));
  });

  it("says of what it is, and is told from a real id", () => {
    assert.match(person("15555550123"), /^per_[\w-]{22}$/);
    assert.match(pseudonyms.of("message", wamid), /^msg_[\w-]+$/);
    assert.match(pseudonyms.of("id", conversation), /^cnv_[\w-]{70}$/);
    assert.match(pseudonyms.of("id", wamid), /^msg_/);
    assert.match(pseudonyms.of("id", "DE.7410258963"), /^per_/);
    assert.match(pseudonyms.of("id", "15555550123"), /^ref_/);
    assert.match(pseudonyms.of("event", "order-15555550123"), /^evt_/);
  });

  it("leaves Waypost's own ids, which lead to nobody, and what is made of them", () => {
    for (const id of ["evt_abc2", "ctc_q-R_1", "pst_0a", "qrn_x", "rpl_0f3a", "intake"]) {
      assert.equal(pseudonyms.of("id", id), id);
    }
    assert.equal(
      pseudonyms.of("id", "/whatsapp/900100200300400/700700700700700"),
      "/whatsapp/900100200300400/700700700700700",
    );
    assert.match(pseudonyms.of("id", "/crm/customers/15555550123"), /^ref_/);
    assert.equal(pseudonyms.of("delivery", "erp:evt_abc2:reminder"), "erp:evt_abc2:reminder");
    assert.match(pseudonyms.of("delivery", "erp:order-15555550123"), /^erp:evt_[\w-]+$/);
  });

  it("is opened by who has the key: messages, conversations, events, cursors", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (id) => {
        for (const kind of ["message", "cursor"] as const) {
          assert.equal(pseudonyms.open(pseudonyms.of(kind, id)), id);
        }
        assert.equal(pseudonyms.open(pseudonyms.of("event", `x-${id}`)), `x-${id}`);
        assert.equal(pseudonyms.open(pseudonyms.of("id", `cnv_${id}`)), `cnv_${id}`);
        assert.equal(pseudonyms.open(pseudonyms.of("person", id)), undefined);
      }),
    );
    assert.equal(
      createPseudonyms(Buffer.alloc(32, 8)).open(pseudonyms.of("message", wamid)),
      undefined,
    );
  });

  it("is not opened when anything of it was changed", () => {
    const sealed = pseudonyms.of("message", wamid);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      assert.equal(pseudonyms.open(changed), undefined, `${at}`);
    }
    assert.equal(pseudonyms.open(sealed.replace("msg_", "cnv_")), undefined);
    assert.equal(pseudonyms.open(`${sealed}A`), undefined);
    for (const odd of ["", "msg_", "msg_AAAAAAAAAAAAAAAAAAAAAAA", conversation, wamid]) {
      assert.equal(pseudonyms.open(odd), undefined);
    }
  });

  it("holds nothing of the id", () => {
    const decoded = Buffer.from(pseudonyms.of("message", wamid).slice(4), "base64url").toString(
      "latin1",
    );
    assert.equal(decoded.includes("HBgL"), false);
    assert.equal(decoded.includes("15555550123"), false);
  });
});

it("without a key an id is no more than that", () => {
  assert.equal(noPseudonyms.of("person", "15555550123"), "masked");
  assert.equal(noPseudonyms.of("cursor", "evt_1"), "masked");
  assert.equal(noPseudonyms.of("event", "evt_1"), "evt_1");
});
