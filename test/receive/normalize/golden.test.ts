import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { QUARANTINE_TYPE } from "../../../src/event/event.ts";
import { normalize } from "../../../src/receive/normalize.ts";
import { parsePost } from "../../../src/receive/parse-post.ts";
import { compileSchema } from "../../../src/support/schema.ts";
import { verifiedBody } from "../../support/signed.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"));
const checkEvent = compileSchema(read("schemas/event.schema.json"));
const checkWebhook = compileSchema(read("schemas/whatsapp-webhook.schema.json"));
const context = { receivedAt: "2026-11-20T10:00:00.000Z", postId: "post_golden" };
const names = readdirSync(new URL("fixtures/meta/", root)).map((name) => name.replace(".json", ""));

const problems: Record<string, string[]> = {
  "trap-poison-item-between-messages": [
    "entry[0].changes[0].value.messages[1]",
    "entry[0].changes[0].value.messages[2]",
  ],
};
/** What is new to this version, on purpose. */
const unrecognized = [
  "field-not-yet-known",
  "trap-contact-of-nobody",
  "trap-new-key-beside-messages",
];

describe("golden pairs", () => {
  for (const name of names) {
    const body = read(`fixtures/meta/${name}.json`);
    const made = normalize(body, context);

    it(`${name} becomes its events`, () => {
      assert.deepEqual(made.events, read(`fixtures/events/${name}.json`));
      assert.deepEqual(
        made.problems.map(({ path }) => path),
        problems[name] ?? [],
      );
    });

    it(`${name} goes to the bus as them, however it is written`, () => {
      for (const text of [JSON.stringify(body), `\ufeff ${JSON.stringify(body, null, 2)}\n`]) {
        const { events } = parsePost(verifiedBody(text), context);
        const sent = events.filter(({ type }) => type !== QUARANTINE_TYPE);
        assert.deepEqual(
          sent.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString())),
          made.events,
        );
      }
    });

    it(`${name} fits the schemas`, () => {
      for (const event of made.events) assert.deepEqual(checkEvent(event), [], event.type);
      const fits = checkWebhook(body).length === 0;
      assert.equal(fits, problems[name] === undefined);
    });

    it(`${name} comes again from its raws`, () => {
      for (const event of made.events) {
        const again = normalize(JSON.parse(JSON.stringify(event.data.raw)), context);
        assert.deepEqual(again, { events: [event], problems: [] });
      }
    });
  }

  it("leave unrecognized only what is meant to be", () => {
    const found = names.filter((name) =>
      normalize(read(`fixtures/meta/${name}.json`), context).events.some(({ type }) =>
        type.startsWith("whatsapp.unrecognized."),
      ),
    );
    assert.deepEqual(found, unrecognized);
  });

  it("cover every field Meta has", () => {
    const fields = new Set<string>();
    for (const name of names) {
      for (const entry of read(`fixtures/meta/${name}.json`).entry) {
        for (const change of entry.changes) fields.add(change.field);
      }
    }
    const missing = documentedFields.filter((field) => !fields.has(field));
    assert.deepEqual(missing, []);
  });

  it("differ in id, except where the same item is shown twice", () => {
    const ids = new Map<string, string>();
    for (const name of names) {
      for (const { id } of normalize(read(`fixtures/meta/${name}.json`), context).events) {
        assert.ok(!ids.has(id), `${name} and ${ids.get(id)} share ${id}`);
        ids.set(id, name);
      }
    }
  });
});

describe("the event schema", () => {
  it("describes every property", () => {
    const bare: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== "object" || schema === null) return;
      const { properties } = schema as { properties?: Record<string, { description?: string }> };
      for (const [name, property] of Object.entries(properties ?? {})) {
        if (!property.description && !/\/(if|then|anyOf)/.test(path)) bare.push(`${path}/${name}`);
      }
      for (const [key, child] of Object.entries(schema)) walk(child, `${path}/${key}`);
    };
    walk(read("schemas/event.schema.json"), "");
    assert.deepEqual(bare, []);
  });
});

const documentedFields = [
  "account_alerts",
  "account_review_update",
  "account_settings_update",
  "account_update",
  "automatic_events",
  "business_capability_update",
  "business_status_update",
  "business_username_update",
  "business_username_updates",
  "calls",
  "consumer_profile",
  "flows",
  "group_lifecycle_update",
  "group_participants_update",
  "group_settings_update",
  "group_status_update",
  "history",
  "message_echoes",
  "message_template_components_update",
  "message_template_quality_update",
  "message_template_status_update",
  "messages",
  "messaging_handovers",
  "partner_solutions",
  "payment_configuration_update",
  "phone_number_name_update",
  "phone_number_quality_update",
  "security",
  "smb_app_state_sync",
  "smb_message_echoes",
  "standby",
  "template_category_update",
  "template_correct_category_detection",
  "tracking_events",
  "user_id_update",
  "user_preferences",
];
