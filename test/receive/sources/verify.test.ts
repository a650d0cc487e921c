import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { verifyCredentials } from "../../../src/receive/sources/credentials.ts";
import { verifyShopify } from "../../../src/receive/sources/shopify.ts";
import { keyOf, verifyStandardWebhooks } from "../../../src/receive/sources/standard-webhooks.ts";
import { verifyStripe } from "../../../src/receive/sources/stripe.ts";
import type { Headers, Verify } from "../../../src/receive/sources/verify.ts";
import { verifyZendesk } from "../../../src/receive/sources/zendesk.ts";

const now = Date.parse("2026-11-20T10:00:00Z");
const seconds = now / 1_000;
const bytes = Buffer.from('{"id":"evt_1","object":"event"}');

/** `true`, or why not. */
function told(
  verify: Verify,
  headers: Headers,
  secrets: readonly string[],
  body: Buffer = bytes,
  at = now,
) {
  const answer = verify(body, headers, secrets, at);
  if (typeof answer === "string") return answer;
  assert.equal(answer, body);
  return true;
}

/** What each scheme has in common: sign, then spoil. */
interface Scheme {
  readonly verify: Verify;
  readonly secrets: readonly [string, string];
  sign(secret: string, at?: number, body?: Buffer): Headers;
  /** A header whose value, once spoilt, has no signature's form. */
  readonly header: string;
  readonly malformed: readonly string[];
  /** The scheme refuses old times. */
  readonly timed: boolean;
}

const hmac64 = (secret: string | Buffer, ...parts: (string | Buffer)[]) => {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest("base64");
};
const stripe = new Stripe("sk_test_invented");

const schemes: Record<string, Scheme> = {
  stripe: {
    verify: verifyStripe,
    secrets: ["whsec_invented_one", "whsec_invented_two"],
    sign: (secret, at = seconds, body = bytes) => ({
      "stripe-signature": [
        stripe.webhooks.generateTestHeaderString({
          payload: body.toString("utf8"),
          secret,
          timestamp: at,
        }),
      ],
    }),
    header: "stripe-signature",
    malformed: [
      "t=1",
      "v1=00",
      `v1=${"a".repeat(64)}`,
      `t=x,v1=${"a".repeat(64)}`,
      `t=1,t=2,v1=${"a".repeat(64)}`,
      `t=1,v1=${"g".repeat(64)}`,
      `t=1,v1=${"a".repeat(63)}`,
      `t=1${`,v1=${"a".repeat(64)}`.repeat(17)}`,
      "t=1,v0=aa",
      ",,,",
    ],
    timed: true,
  },
  shopify: {
    verify: verifyShopify,
    secrets: ["invented client secret", "invented client secret, rotated"],
    sign: (secret, _at, body = bytes) => ({ "x-shopify-hmac-sha256": [hmac64(secret, body)] }),
    header: "x-shopify-hmac-sha256",
    malformed: ["x", "a".repeat(44), `${"a".repeat(43)}= `, "a".repeat(64)],
    timed: false,
  },
  zendesk: {
    verify: verifyZendesk,
    secrets: ["invented-signing-secret==", "another-signing-secret=="],
    sign: (secret, at = seconds, body = bytes) => {
      const time = new Date(at * 1_000).toISOString();
      return {
        "x-zendesk-webhook-signature": [hmac64(secret, time, body)],
        "x-zendesk-webhook-signature-timestamp": [time],
      };
    },
    header: "x-zendesk-webhook-signature",
    malformed: ["x", "a".repeat(44)],
    timed: false,
  },
  "standard webhooks": {
    verify: verifyStandardWebhooks,
    secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    sign: (secret, at = seconds, body = bytes) => ({
      "webhook-id": ["msg_1"],
      "webhook-timestamp": [String(at)],
      "webhook-signature": [new Webhook(secret).sign("msg_1", new Date(at * 1_000), String(body))],
    }),
    header: "webhook-signature",
    malformed: ["x", "v1,", "v1,x", "v2,a", `v1,${"a".repeat(43)}= v1,x`],
    timed: true,
  },
};

for (const [name, scheme] of Object.entries(schemes)) {
  const { verify, secrets, sign, header } = scheme;
  const [first, second] = secrets;
  describe(`a signature of ${name}`, () => {
    it("is believed when any of the secrets made it", () => {
      assert.equal(told(verify, sign(first), [first]), true);
      assert.equal(told(verify, sign(first), [second, first]), true);
      assert.equal(told(verify, sign(second), [second, first]), true);
    });

    it("is not believed of another secret, other bytes, or with no secret at all", () => {
      assert.equal(told(verify, sign(second), [first]), "mismatch");
      assert.equal(told(verify, sign(first), []), "mismatch");
      const other = Buffer.from(bytes);
      other[3] = 0x20;
      assert.equal(told(verify, sign(first), [first], other), "mismatch");
      assert.equal(told(verify, sign(first), [first], bytes.subarray(0, -1)), "mismatch");
    });

    it("covers the bytes as they came, also those that are no text", () => {
      const odd = Buffer.from([0xff, 0x00, 0xfe, 0x7b]);
      const lookalike = Buffer.from(odd.toString("utf8"));
      assert.equal(told(verify, sign(first, seconds, lookalike), [first], lookalike), true);
      assert.equal(told(verify, sign(first, seconds, lookalike), [first], odd), "mismatch");
    });

    it("is missing without its headers", () => {
      assert.equal(told(verify, {}, [first]), "missing");
      for (const one of Object.keys(sign(first))) {
        assert.equal(told(verify, { ...sign(first), [one]: undefined }, [first]), "missing", one);
        assert.equal(told(verify, { ...sign(first), [one]: [] }, [first]), "missing", one);
      }
    });

    it("is malformed when a header comes twice, also when both are the same, or is empty", () => {
      for (const [one, values = []] of Object.entries(sign(first))) {
        const twice = { ...sign(first), [one]: [...values, ...values] };
        assert.equal(told(verify, twice, [first]), "malformed", one);
        assert.equal(told(verify, { ...sign(first), [one]: [""] }, [first]), "malformed", one);
      }
    });

    it("is malformed in any other form", () => {
      for (const value of scheme.malformed) {
        const headers = { ...sign(first), [header]: [value] };
        assert.equal(told(verify, headers, [first]), "malformed", value);
      }
    });

    if (scheme.timed) {
      it("holds for five minutes, before and after", () => {
        for (const [age, expected] of [
          [300, true],
          [301, "stale"],
          [-300, true],
          [-301, "stale"],
        ] as const) {
          assert.equal(told(verify, sign(first, seconds - age), [first]), expected, String(age));
        }
      });

      it("of an old time says nothing about time when it does not match", () => {
        assert.equal(told(verify, sign(second, seconds - 900), [first]), "mismatch");
      });
    } else {
      it("holds however old it is: the scheme has no tolerance", () => {
        assert.equal(told(verify, sign(first, seconds - 900_000), [first]), true);
      });
    }
  });
}

describe("Stripe's header", () => {
  it("may hold several signatures while a secret is rolled, and the test scheme v0", () => {
    const [made = ""] = schemes["stripe"]?.sign("whsec_new")["stripe-signature"] ?? [];
    const zeros = "0".repeat(64);
    for (const header of [
      made.replace(",v1=", `,v1=${zeros},v1=`),
      `${made},v1=${zeros},v0=${zeros}`,
    ]) {
      assert.equal(told(verifyStripe, { "stripe-signature": [header] }, ["whsec_new"]), true);
    }
    const v0 = made.replace("v1=", "v0=");
    assert.equal(told(verifyStripe, { "stripe-signature": [v0] }, ["whsec_new"]), "malformed");
  });

  it("is signed with its time: another one does not match", () => {
    const [made = ""] = schemes["stripe"]?.sign("whsec_new")["stripe-signature"] ?? [];
    const later = made.replace(`t=${seconds}`, `t=${seconds + 1}`);
    assert.equal(told(verifyStripe, { "stripe-signature": [later] }, ["whsec_new"]), "mismatch");
  });
});

describe("the vendors' own examples", () => {
  it("of Standard Webhooks", () => {
    const headers = {
      "webhook-id": ["msg_p5jXN8AQM9LWM0D4loKWxJek"],
      "webhook-timestamp": ["1614265330"],
      "webhook-signature": ["v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="],
    };
    const body = Buffer.from('{"test": 2432232314}');
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    const at = 1_614_265_330_000;
    assert.equal(told(verifyStandardWebhooks, headers, secrets, body, at), true);
    const bare = secrets.map((each) => each.replace("whsec_", ""));
    assert.equal(told(verifyStandardWebhooks, headers, bare, body, at), true);
  });

  it("of Zendesk: its secret for tests, with the time before the body", () => {
    const headers = (signature: string, time: string) => ({
      "x-zendesk-webhook-signature": [signature],
      "x-zendesk-webhook-signature-timestamp": [time],
    });
    const body = Buffer.from('{"say": "hello"}');
    const secrets = ["dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="];
    const made = headers("gf3v0LzLRHPUnIdhbvwRDVEvzSb07/QN0GYjSNlkBT0=", "2021-07-25T10:00:00Z");
    assert.equal(told(verifyZendesk, made, secrets, body), true);
    // The example of Zendesk's first documentation, which had the body before the time.
    const early = headers("tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw=", "2021-07-25T10:00:00Z");
    const earlySecret = ["HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA="];
    assert.equal(told(verifyZendesk, early, earlySecret, body), "mismatch");
  });

  it("of Zendesk is not believed when the body's first bytes have moved into the time", () => {
    const [secret, time] = ["secret", "2021-07-25T10:00:00Z"];
    const headers = { "x-zendesk-webhook-signature": [hmac64(secret, time, bytes)] };
    for (const moved of [0, 1, 8]) {
      const told = `${time}${bytes.subarray(0, moved)}`;
      const signed = { ...headers, "x-zendesk-webhook-signature-timestamp": [told] };
      const answer = verifyZendesk(bytes.subarray(moved), signed, [secret], now);
      assert.equal(answer === "malformed", moved > 0);
    }
  });
});

describe("Standard Webhooks", () => {
  const [secret, rotated] = schemes["standard webhooks"]?.secrets ?? ["", ""];
  const signed = schemes["standard webhooks"]?.sign(secret) ?? {};

  it("takes any of several signatures, and passes over other versions", () => {
    const [one = ""] = signed["webhook-signature"] ?? [];
    const [two = ""] = schemes["standard webhooks"]?.sign(rotated)["webhook-signature"] ?? [];
    const headers = { ...signed, "webhook-signature": [`v1a,AAAA ${two} ${one}`] };
    assert.equal(told(verifyStandardWebhooks, headers, [secret]), true);
    const only = { ...signed, "webhook-signature": ["v1a,AAAA"] };
    assert.equal(told(verifyStandardWebhooks, only, [secret]), "malformed");
  });

  it("refuses an id with a point, with which bytes could pass from one part to the next", () => {
    const body = Buffer.from("2.{}");
    const time = String(seconds);
    const headers = {
      "webhook-id": [`msg.${time}`],
      "webhook-timestamp": ["2"],
      "webhook-signature": [`v1,${hmac64(keyOf(secret), `msg.${time}.`, body)}`],
    };
    const answer = told(verifyStandardWebhooks, headers, [secret], Buffer.from("{}"), 2_000);
    assert.equal(answer, "malformed");
  });

  it("refuses a secret that is no base64, and does not show it", () => {
    for (const wrong of ["", "whsec_", "whsec_not base64!", "whsec_Z*"]) {
      assert.throws(() => keyOf(wrong), { message: "a secret must be whsec_ and base64" });
    }
  });
});

describe("credentials", () => {
  const told = (headers: Headers, auth: Parameters<typeof verifyCredentials>[2]) => {
    const answer = verifyCredentials(bytes, headers, auth);
    return typeof answer === "string" ? answer : true;
  };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  it("in a header of their own are compared whole", () => {
    const auth = { header: "X-Form-Key", secrets: ["one", "two"] };
    assert.equal(told({ "x-form-key": ["two"] }, auth), true);
    assert.equal(told({ "x-form-key": ["tw"] }, auth), "mismatch");
    assert.equal(told({ "x-form-key": ["two "] }, auth), "mismatch");
    assert.equal(told({ "x-form-key": ["one", "one"] }, auth), "malformed");
    assert.equal(told({ "x-form-key": [""] }, auth), "malformed");
    assert.equal(told({}, auth), "missing");
    assert.equal(told({ "x-form-key": ["one"] }, { ...auth, secrets: [] }), "mismatch");
  });

  it("of Basic hold user and password, which may hold colons and any letters", () => {
    const auth = { basic: ["mia:p:ä"] };
    assert.equal(told({ authorization: [basic("mia:p:ä")] }, auth), true);
    assert.equal(told({ authorization: [basic("mia:p:ä").replace("Basic", "basic")] }, auth), true);
    assert.equal(told({ authorization: [basic("mia:p")] }, auth), "mismatch");
    assert.equal(told({ authorization: [`Bearer ${"mia:p:ä"}`] }, auth), "malformed");
    assert.equal(told({ authorization: ["Basic"] }, auth), "malformed");
  });

  it("of Bearer are the token", () => {
    const auth = { bearer: ["old-token", "new-token"] };
    assert.equal(told({ authorization: ["Bearer new-token"] }, auth), true);
    assert.equal(told({ authorization: ["Bearer newer-token"] }, auth), "mismatch");
    assert.equal(told({ authorization: [basic("new-token")] }, auth), "malformed");
    assert.equal(told({ authorization: ["Bearer old-token", "Bearer x"] }, auth), "malformed");
  });
});
