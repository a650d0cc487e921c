import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Parser } from "@asyncapi/parser";
import { parse } from "yaml";
import { asyncapi } from "../../scripts/generate-asyncapi.ts";
import { type Family, families } from "../../scripts/generate-catalogue.ts";
import { eventsPage } from "../../scripts/generate-events-page.ts";
import { readGoldenEvents } from "../../scripts/generate-golden-events.ts";
import { compilePattern } from "../../src/event/pattern.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const schema = JSON.parse(read("schemas/event.schema.json"));
const golden = readGoldenEvents();

const familyOf = (type: string): Family | undefined =>
  families.find(({ pattern }) => compilePattern(pattern)(type));
const tsc = join(root, "node_modules/.bin/tsc");

describe("npm run generate -- --check", () => {
  it("finds what is committed fresh, in seconds", () => {
    const started = performance.now();
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "scripts/generate.ts", "--check"],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    assert.deepEqual([status, stderr], [0, ""]);
    assert.ok(performance.now() - started < 30_000);
  });

  it("would find every file stale when the schema says something else", () => {
    const changed = structuredClone(schema);
    changed.$defs.Status.properties.status.description = "Something else.";
    assert.notEqual(asyncapi(changed, golden, "0.1.0"), asyncapi(schema, golden, "0.1.0"));
    assert.notEqual(eventsPage(changed, golden), eventsPage(schema, golden));
  });

  it("makes the same of the same", () => {
    assert.equal(eventsPage(schema, golden), eventsPage(schema, readGoldenEvents()));
    assert.equal(asyncapi(schema, golden, "1.0.0"), asyncapi(schema, readGoldenEvents(), "1.0.0"));
  });
});

describe("schemas/asyncapi.yaml", () => {
  it("is valid AsyncAPI 3, examples included", async () => {
    const { document, diagnostics } = await new Parser().parse(read("schemas/asyncapi.yaml"));
    const bad = diagnostics.filter(({ severity }) => severity <= 1);
    assert.deepEqual(
      bad.map(({ message, path }) => `${path.join(".")}: ${message}`),
      [],
    );
    assert.equal(document?.version(), "3.0.0");
    // Beside the families: what is told, and quarantine.
    assert.equal(document?.messages().length, families.length + 2);
  });

  it("says how the exchange, its keys and the message properties look", () => {
    const { channels, operations, components } = parse(read("schemas/asyncapi.yaml"));
    assert.equal(channels.events.address, "{type}.{phoneNumberId}");
    const { exchange } = channels.events.bindings.amqp;
    assert.deepEqual(
      [exchange.name, exchange.type, exchange.durable],
      ["waypost.events", "topic", true],
    );
    assert.equal(channels.quarantine["x-internal"], true);
    assert.equal(channels.quarantine.bindings.amqp.exchange.name, "waypost.quarantine");
    const { deliveryMode, mandatory } = operations.publishEvents.bindings.amqp;
    assert.deepEqual([deliveryMode, mandatory], [2, true]);
    const properties = components.messageTraits.cloudEvent["x-amqp-properties"];
    assert.deepEqual(Object.keys(properties), [
      "message_id",
      "type",
      "content_type",
      "app_id",
      "delivery_mode",
    ]);
    for (const { name } of families) assert.ok(components.messages[name].payload.$ref, name);
  });
});

describe("docs/events.md", () => {
  const page = read("docs/events.md");

  it("has a place for the type of every golden event", () => {
    for (const { event, file } of golden) {
      const family = familyOf(event.type);
      const named = Object.entries(family?.types ?? {}).some(
        ([type, about]) =>
          type === event.type || (typeof about !== "string" && about.like === event.type),
      );
      assert.ok(named, `${event.type} of ${file}`);
    }
  });

  it("has a heading, a meaning and an example for each type it names", () => {
    for (const type of families.flatMap(({ types }) => Object.keys(types))) {
      const section = page.split(`### \`${type}\`\n`)[1]?.split("\n### ")[0] ?? "";
      const example = /```json\n(.*?)\n```/s.exec(section)?.[1] ?? "";
      const { data, ...event } = JSON.parse(example);
      assert.equal(typeof data.receivedAt, "string");
      assert.ok(type.includes("<") || event.type === type);
    }
  });

  it("has a family for each condition of the schema, with the part that it asks for", () => {
    for (const { if: when, then } of schema.allOf.slice(1)) {
      const pattern = new RegExp(when.properties.type.pattern);
      const asked: string[] =
        JSON.stringify(then)
          .match(/"required":\[[^\]]+\]/g)
          ?.flatMap((list) => JSON.parse(`{${list}}`).required) ?? [];
      const concerned = families.filter(({ pattern: own }) =>
        pattern.test(own.replace(/[*#]$/, "x")),
      );
      assert.ok(concerned.length > 0, String(pattern));
      for (const { name, parts } of concerned) {
        assert.ok(
          asked.some((part) => parts.includes(part)),
          `${name} lacks one of ${asked}`,
        );
      }
    }
  });

  it("links only to headings and files that are there", () => {
    const anchors = new Set(
      [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replace(/[^a-z0-9 _-]/g, "")
          .replaceAll(" ", "-"),
      ),
    );
    for (const [, target = ""] of page.matchAll(/\]\(#([^)]+)\)/g))
      assert.ok(anchors.has(target), target);
    for (const [, path = ""] of page.matchAll(/\]\(\.\.\/([^)]+)\)/g))
      assert.ok(existsSync(join(root, path)), path);
  });
});

describe('import type { WaypostEvent } from "waypost/event"', () => {
  it("type-checks in a package that depends on this one, and catches mistakes", (t) => {
    assert.ok(existsSync(join(root, "dist/event/event.d.ts")), "run npm run build first");
    const folder = mkdtempSync(join(tmpdir(), "waypost-consumer-"));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/waypost"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const check = (body: string) => {
      writeFileSync(
        join(folder, "consumer.ts"),
        `import type { WaypostEvent } from "waypost/event";\n${body}\n`,
      );
      const flags = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2023",
        "--types",
        "",
      ];
      return spawnSync(tsc, [...flags, "consumer.ts"], { cwd: folder, encoding: "utf8" }).stdout;
    };
    assert.equal(
      check(
        "export const text = (event: WaypostEvent): string => event.data.message?.text?.body ?? event.id;",
      ),
      "",
    );
    assert.match(check("export const n = (event: WaypostEvent): number => event.id;"), /TS2322/);
    assert.match(
      check("export const x = (event: WaypostEvent) => event.data.massage;"),
      /TS2551|TS2339/,
    );
  });
});
