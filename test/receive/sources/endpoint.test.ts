import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { createPostParser, type PostParser } from "../../../src/receive/post-parser.ts";
import type { Sender } from "../../../src/receive/sender.ts";
import { createSource } from "../../../src/receive/sources/source.ts";
import { createSourceSender } from "../../../src/receive/sources/source-sender.ts";
import { createArrayLog } from "../../support/array-log.ts";
import {
  openRaw,
  type Sending,
  send,
  startReceiver,
  type TestReceiver,
} from "../../support/receiver.ts";
import { accounts, fixtureBody, loadFixtureSources, signedBy } from "../../support/sources.ts";
import { waitFor } from "../../support/wait-for.ts";

const senders = new Map<string, Sender>();
let receiver: TestReceiver;
let parser: PostParser;

before(async () => {
  parser = createPostParser({ log: createArrayLog() });
  receiver = await startReceiver({ sources: (name) => senders.get(name) });
  const { metrics, log } = receiver;
  for (const [name, config] of Object.entries(await loadFixtureSources())) {
    senders.set(name, createSourceSender(createSource(config, accounts), { parser, metrics, log }));
  }
});
after(async () => {
  await receiver.close();
  await parser.close();
});
beforeEach(() => {
  receiver.bus.published.length = 0;
});

const fixtures = {
  stripe: "stripe/payment-intent-succeeded.json",
  shopify: "shopify/orders-create.json",
  zendesk: "zendesk/ticket-solved.json",
  form: "hook/form.txt",
  bookings: "hook/bookings.json",
} as const;

function postTo(name: string, body: Buffer, headers: Sending["headers"] = {}, signer = name) {
  const signed = { ...signedBy[signer]?.(body), "content-length": String(body.length) };
  return send(receiver.port, {
    method: "POST",
    path: `/hooks/${name}`,
    headers: { ...signed, ...headers },
    body,
  });
}

const types = () => receiver.published().map(({ type }) => type);
const stripeBody = () => fixtureBody(fixtures.stripe);
async function counted(
  metric: "sourcePosts" | "sourceUnauthorized" | "sourceEvents",
  labels: object,
) {
  const { values } = await receiver.metrics[metric].get();
  const wanted = Object.entries(labels);
  const found = values.find((each) =>
    wanted.every(([key, value]) => (each.labels as Record<string, unknown>)[key] === value),
  );
  return found?.value ?? 0;
}

describe("a POST of a source", () => {
  for (const [name, path] of Object.entries(fixtures)) {
    it(`that ${name} signed becomes its events, and is answered 200, empty`, async () => {
      const { code, body } = await postTo(name, fixtureBody(path));
      assert.deepEqual({ code, body }, { code: 200, body: "" });
      const [event] = receiver.published();
      assert.match(String(event?.["type"]), /^business\./);
      assert.match(String(event?.["postid"]), /^pst_[0-9a-f]{32}$/);
      const [encoded] = receiver.bus.published;
      assert.equal(encoded?.routingKey, `${event?.["type"]}.700700700700700`);
      assert.equal(encoded?.id, event?.["id"]);
    });
  }

  it("gets the same ids when it comes again, and another post id", async () => {
    await postTo("stripe", stripeBody());
    await postTo("stripe", stripeBody());
    const [first, second] = receiver.published();
    assert.equal(first?.["id"], second?.["id"]);
    assert.notEqual(first?.["postid"], second?.["postid"]);
  });

  it("that no entry is for is answered 200, and publishes nothing", async () => {
    const answer = await postTo("stripe", fixtureBody("stripe/charge-updated.json"));
    assert.equal(answer.code, 200);
    assert.deepEqual(types(), []);
  });

  it("that names nobody is answered 200, and lies in quarantine under its source", async () => {
    const body = Buffer.from(stripeBody().toString().replace("+49 151 23456789", ""));
    assert.equal((await postTo("stripe", body)).code, 200);
    const [kept, ...others] = receiver.published();
    assert.deepEqual(others, []);
    assert.equal(kept?.["source"], "/hooks/stripe");
    assert.deepEqual(Buffer.from(String(kept?.["data_base64"]), "base64"), body);
    assert.deepEqual(JSON.parse(String(kept?.["problems"])), [
      { path: "emit[0].contact", reason: "the body names nobody" },
    ]);
  });

  it("that is large is read in the thread, with the same events", async () => {
    const text = stripeBody().toString();
    const large = Buffer.from(text.replace('"object": "event"', `"pad": "${"x".repeat(300_000)}"`));
    assert.equal((await postTo("stripe", large)).code, 200);
    await postTo("stripe", stripeBody());
    const [inThread, here] = receiver.published().map(({ id, type, data }) => {
      return { id, type, business: Object(data)["business"] };
    });
    assert.equal(inThread?.type, "business.payment.succeeded");
    assert.deepEqual(inThread, here);
    const form = Buffer.from(`${fixtureBody(fixtures.form)}&pad=${"x".repeat(40_000)}`);
    assert.equal((await postTo("form", form)).code, 200);
    assert.equal(types().at(-1), "business.form.submitted");
    const broken = Buffer.from(`{"pad":"${"x".repeat(300_000)}"`);
    assert.equal((await postTo("stripe", broken)).code, 200);
    assert.equal(receiver.published().at(-1)?.["source"], "/hooks/stripe");
  });

  it("does not touch what is Meta's: when an account last had a webhook, its 401s, its steps", async () => {
    const { lastWebhook, unauthorized, posts, ackStep } = receiver.metrics;
    const read = async () =>
      JSON.stringify(
        (
          await Promise.all([lastWebhook.get(), unauthorized.get(), posts.get(), ackStep.get()])
        ).map(({ values }) => values),
      );
    const before = await read();
    await postTo("stripe", stripeBody());
    await postTo("stripe", stripeBody(), {}, "nobody");
    assert.equal(await read(), before);
  });
});

describe("who is not believed", () => {
  it("gets 401, empty, whatever is wrong, and nothing is published", async () => {
    for (const [name, path] of Object.entries(fixtures)) {
      const body = fixtureBody(path);
      for (const [what, answer] of [
        ["nothing signed", await postTo(name, body, {}, "nobody")],
        [
          "another source's signature",
          await postTo(name, body, {}, name === "form" ? "stripe" : "form"),
        ],
        [
          "Meta's path of signing",
          await postTo(name, body, { "x-hub-signature-256": "sha256=00" }, "nobody"),
        ],
      ] as const) {
        assert.deepEqual([answer.code, answer.body], [401, ""], `${name}, ${what}`);
      }
    }
    assert.deepEqual(types(), []);
  });

  it("nor is an old signature, or one that came twice, or other bytes", async () => {
    const body = stripeBody();
    const now = signedBy["stripe"]?.(body) ?? {};
    const old = signedBy["stripe"]?.(body, Date.now() - 301_000) ?? {};
    const signature = now["stripe-signature"] ?? "";
    for (const headers of [old, { ...now, "stripe-signature": [signature, signature] }]) {
      assert.equal((await postTo("stripe", body, headers, "nobody")).code, 401);
    }
    const other = Buffer.concat([body, Buffer.from(" ")]);
    assert.equal((await postTo("stripe", other, now, "nobody")).code, 401);
    assert.deepEqual(types(), []);
    const reasons = ["stale", "malformed", "mismatch"];
    for (const reason of reasons) {
      assert.ok((await counted("sourceUnauthorized", { source: "stripe", reason })) >= 1, reason);
    }
  });

  it("is counted by source, and warned of without a word about the secret", async () => {
    assert.ok((await counted("sourcePosts", { source: "stripe", code: "401" })) >= 1);
    assert.ok((await counted("sourcePosts", { source: "stripe", code: "200" })) >= 1);
    assert.ok((await counted("sourceEvents", { source: "stripe" })) >= 1);
    const text = JSON.stringify(receiver.log.lines);
    assert.match(text, /a POST to \/hooks\/stripe was not believed/);
    assert.doesNotMatch(text, /invented|v1=/);
  });
});

describe("other requests to a source", () => {
  it("get 404 where there is none of the name, however it is written", async () => {
    for (const path of [
      "/hooks/nobody",
      "/hooks/",
      "/hooks",
      "/hooks/stripe/",
      "/hooks/stripe/x",
      "/hooks/STRIPE",
      "/hooks/%73tripe",
      "/hooks/%ff",
      "/hooks/__proto__",
      "/hooks/constructor",
      `/hooks/${"a".repeat(65)}`,
      "/Hooks/stripe",
    ]) {
      for (const method of ["GET", "POST"]) {
        const body = method === "POST" ? stripeBody() : undefined;
        const headers = body ? signedBy["stripe"]?.(body) : {};
        const answer = await send(receiver.port, {
          path,
          method,
          ...(body && { body }),
          headers: headers ?? {},
        });
        assert.deepEqual([answer.code, answer.body], [404, ""], `${method} ${path}`);
      }
    }
    assert.deepEqual(types(), []);
  });

  it("get 405 of any method but POST", async () => {
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
      const { code, headers } = await send(receiver.port, { path: "/hooks/stripe", method });
      assert.deepEqual([code, headers["allow"]], [405, "POST"], method);
    }
  });

  it("get 413 and 415 as Meta's do", async () => {
    const path = "/hooks/stripe";
    const large = { "content-length": String(3_145_729) };
    assert.equal((await send(receiver.port, { method: "POST", path, headers: large })).code, 413);
    const encoded = { "content-encoding": "gzip" };
    const answer = await send(receiver.port, { method: "POST", path, headers: encoded, body: "x" });
    assert.equal(answer.code, 415);
  });

  it("get 503 when nothing takes it, and the vendor sends again", async () => {
    receiver.bus.down = "away";
    receiver.spool.failure = "full";
    try {
      const { code, headers } = await postTo("stripe", stripeBody());
      assert.deepEqual([code, headers["retry-after"]], [503, "5"]);
    } finally {
      receiver.spool.failure = undefined;
      receiver.bus.down = undefined;
    }
    await waitFor("direct again", () => receiver.durable.health().mode === "direct");
  });

  it("hold no more memory than Meta's, with which they share it", async () => {
    const open = Array.from({ length: 30 }, () =>
      openRaw(
        receiver.port,
        `POST /hooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(2_900_000)}`,
      ),
    );
    const sockets = await Promise.all(open);
    await waitFor("some are refused", () =>
      sockets.some(({ received }) => received().startsWith("HTTP/1.1 503")),
    );
    assert.equal((await postTo("stripe", stripeBody())).code, 200);
    for (const { socket } of sockets) socket.destroy();
  });
});

describe("the broker away", () => {
  it("a source's POST waits in the spool, and its event arrives once", async () => {
    receiver.bus.down = "away";
    assert.equal((await postTo("stripe", stripeBody())).code, 200);
    assert.deepEqual(types(), []);
    assert.equal(receiver.spool.posts.length, 1);
    receiver.bus.down = undefined;
    await waitFor("the spool is drained", () => receiver.durable.health().mode === "direct");
    assert.deepEqual(types(), ["business.payment.succeeded"]);
  });
});

describe("sources that are replaced", () => {
  it("are asked from the next POST on", async () => {
    const stripe = senders.get("stripe");
    assert.ok(stripe);
    senders.delete("stripe");
    assert.equal((await postTo("stripe", stripeBody())).code, 404);
    senders.set("stripe", stripe);
    assert.equal((await postTo("stripe", stripeBody())).code, 200);
  });
});
