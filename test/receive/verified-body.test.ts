import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { scanJson } from "../../src/receive/json.ts";
import { parsePost } from "../../src/receive/parse-post.ts";
import { verifySignature } from "../../src/receive/verified-body.ts";
import { appSecret, sign } from "../support/signed.ts";

const body = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');
const good = sign(body);
const hex = good.slice("sha256=".length);

describe("verifySignature", () => {
  it("takes the published vectors", () => {
    const wire = String.raw`{"object":"whatsapp_business_account","entry":[{"id":"900100200300400","changes":[{"value":{"t":"Gr\u00fc\u00dfe \ud83d\udc4d a\/b"},"field":"messages"}]}]}`;
    const demo = "dossier_demo_secret";
    const header = "sha256=7b7e5c4a2f2c33d736ce52665b128d64962e65f6f12b94392ffd10d1041ce008";
    const bytes = Buffer.from(wire);
    assert.equal(bytes.length, 156);
    assert.equal(verifySignature(bytes, header, [demo]), bytes);

    const rewritten = Buffer.from(JSON.stringify(JSON.parse(wire)));
    assert.equal(rewritten.length, 139);
    assert.equal(verifySignature(rewritten, header, [demo]), "mismatch");
    const other = "sha256=5202d30e08fb5f83fdded11fd4f181ddc46bcd40c059171118ef7e22bdcfe4be";
    assert.equal(verifySignature(rewritten, other, [demo]), rewritten);

    const hello = Buffer.from("Hello, World!");
    const known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert.equal(verifySignature(hello, known, ["It's a Secret to Everybody"]), hello);
  });

  it("says why it does not believe", () => {
    assert.equal(verifySignature(body, undefined, [appSecret]), "missing");
    assert.equal(verifySignature(body, "", [appSecret]), "malformed");
    assert.equal(verifySignature(body, sign(body, "another"), [appSecret]), "mismatch");
    assert.equal(verifySignature(body, good, []), "mismatch");
  });

  it("takes upper-case hex and prefix, which say the same bytes", () => {
    assert.equal(verifySignature(body, good.toUpperCase(), [appSecret]), body);
  });

  for (const [what, header] of [
    ["no prefix", hex],
    ["sha1", `sha1=${hex.slice(0, 40)}`],
    ["63 digits", good.slice(0, -1)],
    ["65 digits", `${good}0`],
    ["junk behind", `${good} `],
    ["a line break behind", `${good}\n`],
    ["a space before", ` ${good}`],
    ["two headers, joined", `${good}, ${good}`],
    ["not hex", `sha256=${"g".repeat(64)}`],
    ["full-width digits", `sha256=${"１".repeat(64)}`],
    ["8 KB", `sha256=${"a".repeat(8_192)}`],
  ] as const) {
    it(`refuses a header with ${what}`, () => {
      assert.equal(verifySignature(body, header, [appSecret]), "malformed");
    });
  }

  it("takes any of several secrets, wherever it stands in the list", () => {
    const secrets = ["old secret", appSecret, "new secret"];
    for (const secret of secrets) {
      assert.equal(verifySignature(body, sign(body, secret), secrets), body);
    }
    assert.equal(verifySignature(body, sign(body, "old secret"), secrets.slice(1)), "mismatch");
  });

  it("notices every flipped bit of the signature and of the body", () => {
    const signature = Buffer.from(hex, "hex");
    for (let bit = 0; bit < 256; bit += 1) {
      const flipped = `sha256=${flip(signature, bit).toString("hex")}`;
      assert.equal(verifySignature(body, flipped, [appSecret]), "mismatch");
    }
    for (let bit = 0; bit < body.length * 8; bit += 1) {
      assert.equal(verifySignature(flip(body, bit), good, [appSecret]), "mismatch");
    }
  });

  it("is not taken in by other digests", () => {
    for (const digest of [
      createHash("sha256").update(body).digest("hex"),
      createHash("sha256").update(appSecret).update(body).digest("hex"),
      createHmac("sha256", body).update(appSecret).digest("hex"),
      createHmac("sha256", "").update(body).digest("hex"),
    ]) {
      assert.equal(verifySignature(body, `sha256=${digest}`, [appSecret]), "mismatch");
    }
  });
});

describe("the way from bytes to JSON", () => {
  it("takes verified bytes only, by type", () => {
    const stamp = { postId: "pst_1", receivedAt: "2026-11-20T10:00:00.000Z" };
    const never = () => {
      // @ts-expect-error bytes alone are not verified
      scanJson(body);
      // @ts-expect-error bytes alone are not verified
      parsePost(body, stamp);
      const result = verifySignature(body, good, [appSecret]);
      // @ts-expect-error the result may be a reason
      parsePost(result, stamp);
    };
    assert.equal(typeof never, "function");
  });
});

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}
