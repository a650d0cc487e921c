import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { WaypostEvent } from "../../src/event/generated.ts";
import { compileSchema } from "../../src/support/schema.ts";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const schema = read("../../schemas/event.schema.json");
const check = compileSchema(schema);

const event: WaypostEvent = {
  specversion: "1.0",
  id: "evt_1",
  type: "business.order.paid",
  source: "/shop",
  time: "2026-11-20T10:00:00Z",
  datacontenttype: "application/json",
  dataschema: "urn:waypost:event:1",
  postid: "post_1",
  dataversion: 1,
  data: { account: {}, receivedAt: "2026-11-20T10:00:00.000Z", business: { order: 7 } },
};

describe("the event schema", () => {
  it("takes what your services publish, without a raw", () => {
    assert.deepEqual(check(event), []);
    const { business: _, ...data } = event.data;
    const message = { type: "text", text: { body: "sent" } };
    const outgoing = { ...event, type: "whatsapp.outgoing.text", data: { ...data, message } };
    assert.deepEqual(check(outgoing), []);
  });

  it("asks each type for its part of data", () => {
    const bare = { account: {}, receivedAt: event.time, raw: { object: "x", entry: [] } };
    for (const [type, part] of [
      ["whatsapp.message.text", "message"],
      ["whatsapp.status.read", "status"],
      ["whatsapp.payment.captured", "payment"],
      ["whatsapp.error", "errors"],
      ["whatsapp.template.status", "template"],
      ["business.anything", "business"],
    ]) {
      const problems = check({ ...event, type, data: bare });
      assert.ok(
        problems.some(({ reason }) => reason.includes(`"${part}"`)),
        `${type}: ${JSON.stringify(problems)}`,
      );
    }
    const { business: _, ...data } = event.data;
    const noRaw = check({ ...event, type: "whatsapp.user.profile", data });
    assert.ok(noRaw.some(({ reason }) => reason.includes('"raw"')));
  });

  it("refuses unknown keys, local times and types that do not route", () => {
    assert.notDeepEqual(check({ ...event, extra: 1 }), []);
    assert.notDeepEqual(check({ ...event, time: "2026-11-20T10:00:00+01:00" }), []);
    assert.notDeepEqual(check({ ...event, type: "business.Order" }), []);
    assert.notDeepEqual(check({ ...event, type: "business" }), []);
  });

  it("has grown only by what is optional since its last release", () => {
    const broken: string[] = [];
    compare(read("./released/event.schema.json"), schema, "", broken);
    assert.deepEqual(broken, []);
  });

  it("would notice what is not additive", () => {
    const breaks: ((changed: typeof schema) => void)[] = [
      (changed) => delete changed.properties.subject,
      (changed) => changed.required.pop(),
      (changed) => {
        changed.$defs.Status.properties.messageId.type = "integer";
      },
      (changed) => {
        changed.$defs.Media.properties.id.maxLength = 3;
      },
    ];
    for (const change of breaks) {
      const changed = structuredClone(schema);
      change(changed);
      const broken: string[] = [];
      compare(schema, changed, "", broken);
      assert.notDeepEqual(broken, []);
    }
  });
});

/** Say nothing of what an event is: words, and who may see it. */
const marks = ["x-meta", "x-safe", "x-mask", "x-safe-keys", "x-schema", "x-omit", "x-says"];
const free = new Set(["description", "title", "tsType", "allOf", ...marks]);

/** What a reader of the released schema relied on must still be so. New properties and definitions may come. */
function compare(released: unknown, now: unknown, path: string, broken: string[]): void {
  if (typeof released !== "object" || released === null) {
    if (released !== now) broken.push(path);
    return;
  }
  const before = released as Record<string, unknown>;
  const after = (now ?? {}) as Record<string, unknown>;
  const isMap = /\/(properties|\$defs)$/.test(path);
  for (const [key, value] of Object.entries(before)) {
    if (isMap || !free.has(key)) compare(value, after[key], `${path}/${key}`, broken);
  }
  const added = Object.keys(after).filter((key) => !(key in before) && !free.has(key));
  if (!isMap && !/\/required$/.test(path)) {
    broken.push(...added.map((key) => `${path}/${key} (new)`));
  }
}
