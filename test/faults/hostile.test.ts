import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { BusMessage, EncodedEvent } from "../../src/contracts.ts";
import { isQuarantined } from "../../src/event/event.ts";
import { parseBusMessage } from "../../src/event/parse.ts";
import type { ReceiverOptions } from "../../src/receive/server.ts";
import { longestTurn } from "../support/loop-probe.ts";
import { largePost, messagesPost, textMessage } from "../support/meta-post.ts";
import { post, startReceiver, type TestReceiver } from "../support/receiver.ts";

/** As large as a POST may be. */
const limit = 3_145_728;
const maxBlockedMs = 50;
const numbers = { display_phone_number: "15555550100", phone_number_id: "700700700700700" };

/** Takes everything at once, so that only the endpoint itself is measured. */
const taken: EncodedEvent[] = [];
const durable: ReceiverOptions["durable"] = {
  publish: async (events) => {
    for (const event of events) taken.push(event);
  },
};

let receiver: TestReceiver;
const faults: unknown[] = [];
const onFault = (error: unknown) => void faults.push(error);
before(async () => {
  receiver = await startReceiver({ durable });
  process.on("uncaughtException", onFault).on("unhandledRejection", onFault);
});
after(async () => {
  process.off("uncaughtException", onFault).off("unhandledRejection", onFault);
  await receiver.close();
});
beforeEach(() => {
  taken.length = 0;
});

interface Outcome {
  readonly events: number;
  readonly types: ReadonlySet<string>;
  /** The bytes that lie in quarantine, and why. */
  readonly kept: { readonly bytes: Buffer; readonly reasons: string[] } | undefined;
}

function outcome(): Outcome {
  const all: BusMessage[] = taken.map(({ bytes }) => parseBusMessage(bytes));
  const events = all.filter((item) => !isQuarantined(item));
  const post = all.find(isQuarantined);
  const reasons = (JSON.parse(post?.problems ?? "[]") as { reason: string }[]).map(
    ({ reason }) => reason,
  );
  return {
    events: events.length,
    types: new Set(events.map(({ type }) => type)),
    kept: post && { bytes: Buffer.from(post.data_base64, "base64"), reasons },
  };
}

/** Sends it signed, and holds what must be so for any body whatever. */
async function survive(body: string | Buffer): Promise<Outcome> {
  taken.length = 0;
  const { code, body: answer } = await post(receiver.port, body);
  assert.deepEqual([code, answer], [200, ""]);
  const found = outcome();
  assert.ok(found.events > 0 || found.kept !== undefined, "neither event nor quarantine");
  if (found.kept) assert.ok(found.kept.bytes.equals(Buffer.from(body)), "kept other bytes");
  assert.deepEqual(faults, []);
  return found;
}

const good = JSON.stringify(messagesPost([textMessage("wamid.one")]));
const change = (field: string, value: unknown) =>
  JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "900100200300400", changes: [{ field, value }] }],
  });
const many = <T>(count: number, make: (i: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
/** Text inside the JSON of a good POST: in the place of its message's body. */
const inBody = (json: string) => good.replace('"Is the blue one back?"', json);

describe("signed bodies that are not JSON", () => {
  for (const [what, body] of [
    ["empty", ""],
    ["words", "not json"],
    ["NaN", '{"a":NaN}'],
    ["an HTML page", "<html></html>"],
    ["UTF-16", Buffer.from(good, "utf16le")],
    ["UTF-16 with its mark", Buffer.from(`\ufeff${good}`, "utf16le")],
    ["invalid UTF-8", Buffer.concat([Buffer.from(good), Buffer.from([0xc3, 0x28])])],
    ["an overlong slash", Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ["surrogates in UTF-8", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ["NULs", Buffer.alloc(1_000)],
    ["two documents", good + good],
    ["a trailing comma", good.replace(/\}$/, ",}")],
  ] as const) {
    it(`are kept byte for byte: ${what}`, async () => {
      const { events, kept } = await survive(body as string | Buffer);
      assert.equal(events, 0);
      assert.equal(kept?.reasons.length, 1);
    });
  }

  it("are kept wherever they were cut", async () => {
    for (let end = 1; end < good.length; end += 3) await survive(good.slice(0, end));
  });
});

describe("signed bodies that are hard to read", () => {
  for (const depth of [65, 1_000, 100_000, 1_500_000]) {
    it(`are kept when nested ${depth} deep`, async () => {
      for (const [open, close] of [
        ["[", "]"],
        ['{"a":', "}"],
      ] as const) {
        const levels = Math.min(depth, Math.floor((limit - 10) / (open.length + 1)));
        const { kept } = await survive(`${open.repeat(levels)}0${close.repeat(levels)}`);
        assert.match(String(kept?.reasons), /deep/);
      }
    });
  }

  it("become events with their bytes kept where a key comes twice", async () => {
    const { types, kept } = await survive(inBody('"first","body":"second"'));
    assert.deepEqual([...types], ["whatsapp.message.text"]);
    assert.match(String(kept?.reasons), /more than once/);
  });

  it("become events with their bytes kept where a number would change", async () => {
    for (const number of ["12345678901234567890", "1e400", "-0", "0.1234567890123456789"]) {
      const { types, kept } = await survive(good.replace('"text":{', `"n":${number},"text":{`));
      assert.deepEqual([...types], ["whatsapp.message.text"], number);
      assert.match(String(kept?.reasons), /double/, number);
    }
  });

  it("leave every prototype alone", async () => {
    const shape = () =>
      [Object, Array, String, Function].map((of) => Reflect.ownKeys(of.prototype));
    const before = shape();
    for (const key of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
      for (const at of [
        '"object"',
        '"id"',
        '"field"',
        '"metadata"',
        '"from"',
        '"body"',
        '"name"',
      ]) {
        const poison = `"${key}":{"polluted":true,"isAdmin":true,"then":1},`;
        await survive(good.replace(at, poison + at));
        await survive(good.replace(at, `"${key}":[{"__proto__":{"polluted":1}}],${at}`));
      }
    }
    await survive(good.replace('"type":"text"', '"type":"__proto__"'));
    await survive(change("__proto__", { constructor: 1 }));
    await survive(change("constructor", { messages: [textMessage("wamid.one")] }));
    assert.deepEqual(shape(), before);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  it("become events when their texts are odd", async () => {
    for (const json of [
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '"\\u0000"',
      '"\\u202e\\u2066\\u200b\\ufeff"',
      '"\u{10ffff}👩‍👩‍👧‍👦"',
      '"שלום مرحبا"',
      `"${"x".repeat(65_536)}"`,
      '""',
    ]) {
      const { events, kept } = await survive(inBody(json));
      assert.deepEqual([events, kept], [1, undefined], json.slice(0, 20));
    }
  });

  it("become events or are kept when anything is of another kind", async () => {
    const strange = [
      "null",
      "true",
      "0",
      "-1",
      '""',
      "[]",
      "{}",
      "[[]]",
      '[null,0,"",{}]',
      '{"id":{}}',
    ];
    for (const key of [
      "object",
      "entry",
      "id",
      "changes",
      "field",
      "value",
      "metadata",
      "contacts",
      "wa_id",
      "messages",
      "from",
      "timestamp",
      "type",
      "text",
      "body",
    ]) {
      for (const json of strange) {
        const value = `"${key}":(?:"[^"]*"|\\{[^{}]*\\}|\\[[^\\[\\]]*\\])`;
        await survive(good.replace(new RegExp(value), `"${key}":${json}`));
        await survive(good.replace(`"${key}":`, `"${key}":${json},"was":`));
      }
    }
  });
});

describe("the event loop of the endpoint", () => {
  it("would be seen to be blocked", async () => {
    const ms = await longestTurn(async () => {
      await sleep(5);
      const end = performance.now() + 4 * maxBlockedMs;
      while (performance.now() < end);
      await sleep(5);
    });
    assert.ok(ms > maxBlockedMs / 2, `${ms}`);
  });

  const nested = {
    id: "wamid.big",
    type: "order",
    from: "15555550123",
    order: { product_items: many(60_000, () => ({ q: 1 })) },
  };
  const bodies: [what: string, make: () => string, about: RegExp | number][] = [
    ["3 MB of brackets", () => "[".repeat(limit), /deep/],
    ["3 MB of one string", () => `"${"x".repeat(limit - 2)}"`, /not an object/],
    [
      "250,000 keys",
      () => `{${many(249_000, (i) => `"k${i}":0`).join()}}`,
      /whatsapp_business_account/,
    ],
    ["a batch of 1,000 in 3 MB", () => largePost(1_000, limit), 1_000],
    ["15,000 messages", () => largePost(15_000), 15_000],
    [
      "as many items as are taken",
      () => change("tracking_events", { events: many(25_000, () => ({ event_name: "x" })) }),
      25_000,
    ],
    [
      "100,000 equal clicks",
      () => change("tracking_events", { events: many(100_000, () => ({ event_name: "x" })) }),
      /too many items/,
    ],
    [
      "100,000 junk history threads",
      () =>
        change("history", {
          metadata: numbers,
          history: [{ threads: many(100_000, () => ({ a: 1 })) }],
        }),
      /too many items/,
    ],
    [
      "100,000 contacts of nobody",
      () =>
        change("messages", {
          metadata: numbers,
          contacts: many(100_000, (i) => ({ wa_id: String(i) })),
        }),
      /too many items/,
    ],
    [
      "one large contact and 20,000 of its id",
      () =>
        change("messages", {
          metadata: numbers,
          contacts: [
            { wa_id: "1", note: "x".repeat(1_000_000) },
            ...many(20_000, () => ({ wa_id: "1" })),
          ],
          messages: [{ ...textMessage("wamid.one"), from: "1" }],
        }),
      20_001,
    ],
    [
      "10,000 keys around 10,000 messages",
      () =>
        `{${many(10_000, (i) => `"k${i}":0`).join()},${JSON.stringify(messagesPost(many(10_000, (i) => ({ id: `w${i}`, type: "text", from: "1" })))).slice(1)}`,
      10_001,
    ],
    [
      "100,000 errors",
      () => change("messages", { metadata: numbers, errors: many(100_000, () => ({ code: 1 })) }),
      /too many items/,
    ],
    ["one order of 60,000 products", () => JSON.stringify(messagesPost([nested])), 1],
    [
      "100,000 empty entries",
      () => `{"object":"whatsapp_business_account","entry":[${many(100_000, () => "{}").join()}]}`,
      /not an array/,
    ],
  ];
  for (const [what, make, about] of bodies) {
    it(`is never blocked for ${maxBlockedMs} ms by ${what}`, async () => {
      const body = make();
      assert.ok(Buffer.byteLength(body) <= limit, "too large to be taken at all");
      await survive(good);
      // The best of a few: others use this machine's cores, too.
      const blocked: number[] = [];
      while (blocked.length < 3 && !blocked.some((ms) => ms < maxBlockedMs)) {
        blocked.push(await blockedMs(body));
        const { events, kept } = outcome();
        if (typeof about === "number") assert.equal(events, about);
        else assert.match(String(kept?.reasons), about);
      }
      assert.ok(Math.min(...blocked) < maxBlockedMs, `blocked for ${blocked.map(Math.round)} ms`);
      assert.deepEqual(faults, []);
    });
  }
});

function blockedMs(body: string): Promise<number> {
  taken.length = 0;
  // Making and signing the request is the sender's, who only here sits in the same process.
  const answered = post(receiver.port, body);
  return longestTurn(async () => {
    assert.equal((await answered).code, 200);
    await sleep(5);
  });
}
