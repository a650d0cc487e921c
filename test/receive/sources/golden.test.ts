import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import type { WaypostEvent } from "../../../src/contracts.ts";
import { createSource, type Source } from "../../../src/receive/sources/source.ts";
import { compileSchema } from "../../../src/support/schema.ts";
import { accounts, fixtureBody, loadFixtureSources, signedBy } from "../../support/sources.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const checkEvent = compileSchema(read("schemas/event.schema.json"));
const stamp = { postId: "pst_golden", receivedAt: "2026-11-20T10:00:00.000Z" };
const now = Date.parse(stamp.receivedAt);

/** By source: the bodies that it is sent. What one becomes lies beside it: `<name>.events.json`. */
const bodies: Record<string, readonly string[]> = {
  stripe: [
    "stripe/payment-intent-succeeded.json",
    "stripe/payment-intent-failed.json",
    "stripe/charge-updated.json",
  ],
  shopify: ["shopify/orders-create.json"],
  zendesk: ["zendesk/ticket-solved.json"],
  form: ["hook/form.txt"],
  bookings: ["hook/bookings.json"],
};

const sources = new Map<string, Source>();
before(async () => {
  for (const [name, config] of Object.entries(await loadFixtureSources())) {
    sources.set(name, createSource(config, accounts));
  }
});

describe("golden pairs of sources", () => {
  for (const [name, paths] of Object.entries(bodies)) {
    for (const path of paths) {
      it(`${path} becomes its events`, () => {
        const body = fixtureBody(path);
        const headers = signedBy[name]?.(body, now) ?? {};
        const lists = Object.fromEntries(Object.entries(headers).map(([key, of]) => [key, [of]]));
        const source = sources.get(name);
        const verified = source?.verify(body, lists, now);
        assert.ok(source && Buffer.isBuffer(verified), String(verified));
        const { events } = source.parse(verified, stamp, headers["content-type"]);
        const made = events.map(({ bytes }) => JSON.parse(String(bytes)) as WaypostEvent);
        assert.deepEqual(made, read(`fixtures/sources/${path.replace(/\.\w+$/, "")}.events.json`));
        for (const event of made) assert.deepEqual(checkEvent(event), []);
      });
    }
  }

  it("are all there is", () => {
    const folders = ["stripe", "shopify", "zendesk", "hook"];
    const files = folders.flatMap((folder) =>
      readdirSync(new URL(`fixtures/sources/${folder}/`, root)).map((file) => `${folder}/${file}`),
    );
    const known = Object.values(bodies).flat();
    const expected = known.flatMap((path) => [path, `${path.replace(/\.\w+$/, "")}.events.json`]);
    assert.deepEqual(files.sort(), expected.sort());
  });
});
