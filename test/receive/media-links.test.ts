import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import type { KeptFile } from "../../src/contracts.ts";
import { createPublicLinks } from "../../src/media/public-links.ts";
import { send, startReceiver, type TestReceiver } from "../support/receiver.ts";

const links = createPublicLinks({
  publicUrl: "https://waypost.example",
  accessToken: "an-invented-access-token",
});
const path = (mediaId: string) => links.link(mediaId).replace("https://waypost.example", "");
const file: KeptFile = {
  ...{ mediaId: "810810810810", name: "photo.jpg", type: "image/jpeg", bytes: 5, sha256: "ab" },
  open: async () => Readable.from([Buffer.from("bytes")]),
  link: async () => undefined,
};

let receiver: TestReceiver;
let away = false;
before(async () => {
  receiver = await startReceiver({
    async findLinked(mediaId, { e, s }) {
      if (away) throw new Error("the store is away");
      return links.isGood(mediaId, e, s) && mediaId === "810810810810" ? file : undefined;
    },
  });
});
after(() => receiver.close());

describe("a link to a file on the public port", () => {
  it("gives the file to whoever has it, to be saved", async () => {
    const { code, body, headers } = await send(receiver.port, { path: path("810810810810") });
    assert.equal(code, 200);
    assert.equal(body, "bytes");
    assert.match(String(headers["content-disposition"]), /^attachment; filename="photo\.jpg"/);
    assert.equal(headers["content-type"], "image/jpeg");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(String(headers["cache-control"]), /private, no-store/);
  });

  for (const [what, target] of [
    ["without a signature", "/media/810810810810"],
    ["with one of another file", path("811").replace("811", "810810810810")],
    ["with two", `${path("810810810810")}&s=${"a".repeat(43)}`],
    ["of a file that is not there", path("811")],
    ["to what is no id", path("810810810810").replace("810810810810", "%2e%2e")],
  ] as const) {
    it(`is not found, empty, ${what}`, async () => {
      const { code, body } = await send(receiver.port, { path: target });
      assert.deepEqual({ code, body }, { code: 404, body: "" });
    });
  }

  it("takes no other method, and is 503 while nobody can say", async () => {
    assert.equal(
      (await send(receiver.port, { path: path("810810810810"), method: "POST" })).code,
      405,
    );
    away = true;
    assert.equal((await send(receiver.port, { path: path("810810810810") })).code, 503);
    away = false;
  });

  it("leaves nothing in the log or in metrics", async () => {
    const metrics = await receiver.metrics.registry.metrics();
    for (const text of [JSON.stringify(receiver.log.lines), metrics]) {
      assert.ok(!text.includes("810810810810") && !text.includes("/media"), text);
    }
  });

  it("is not there where none are given out", async () => {
    const without = await startReceiver();
    assert.equal((await send(without.port, { path: path("810810810810") })).code, 404);
    await without.close();
  });
});
