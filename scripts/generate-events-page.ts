import { bindingKey } from "../src/event/routing-key.ts";
import { type EventType, type Family, families } from "./generate-catalogue.ts";
import {
  fieldRows,
  fieldsSeen,
  type Node,
  type Schema,
  shapeNames,
} from "./generate-field-rows.ts";
import type { GoldenEvent } from "./generate-golden-events.ts";

/** The text of docs/events.md. */
export function eventsPage(schema: Schema, golden: readonly GoldenEvent[]): string {
  const parts = [
    head,
    contents(),
    envelope(schema),
    ...families.map((family) => familySection(family, schema, golden)),
    shapes(schema),
  ];
  return `${parts.join("\n\n")}\n`;
}

const head = `<!-- Generated from schemas/event.schema.json, fixtures/ and scripts/generate-catalogue.ts by \`npm run generate\`. -->
# Every event

Each item that Meta sends becomes one event, a [CloudEvents 1.0](https://cloudevents.io) JSON object. The contract is
[schemas/event.schema.json](../schemas/event.schema.json), served by the ops port under \`/schemas/\`; for RabbitMQ there is
[schemas/asyncapi.yaml](../schemas/asyncapi.yaml). In TypeScript: \`import type { WaypostEvent } from "waypost/event"\`.

* **Types are open.** A value of Meta's that did not exist when this version was made passes through as it is
  (\`whatsapp.message.hologram\`); what is no lower-case word becomes \`unknown\`. Ignore what you do not know.
* **Patterns** select types, in routes, the API's \`type\`, and bindings: \`*\` is one segment, \`#\` any number.
* **The same item has the same \`id\`**, however often it comes. Deduplicate on it. A higher \`dataversion\` replaces a lower one.
  What Meta gives an id of its own (messages, statuses, calls, payments) is known by that, all else by its content, its account and
  the time of its entry. So equal \`errors\` of a value that has no entry time are one event, today and tomorrow: nothing tells a second
  occurrence from Meta's repeat of the first.
* **\`data.test\`** marks what the Test button of Meta's dashboard sent.
* **\`data.raw\`** is Meta's own envelope with just this item. The examples leave it out; it is the file of the same name in
  [fixtures/meta](../fixtures/meta), or the one item of it that the event is about.`;

function contents(): string {
  const rows = families.map(
    ({ title, pattern }) => `| \`${pattern}\` | [${title}](#${anchor(title)}) |`,
  );
  return ["| pattern | |", "|---|---|", ...rows].join("\n");
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function envelope(schema: Schema): string {
  const data = schema.$defs["EventData"];
  return [
    "## In every event",
    table(fieldRows(schema, schema, "").filter(({ name }) => name !== "data")),
    "And in `data`, beside the typed fields of its family:",
    table(fieldRows(data ?? {}, schema, "data.").filter(({ name }) => common.has(name))),
  ].join("\n\n");
}

const common = new Set(
  [
    "account",
    "contact",
    "conversationId",
    "groupId",
    "receivedAt",
    "test",
    "supersededBy",
    "sentBy",
    "campaign",
    "variant",
    "ref",
    "derived",
    "raw",
  ].map((key) => `data.${key}`),
);

function familySection(family: Family, schema: Schema, golden: readonly GoldenEvent[]): string {
  const { title, pattern, comes, parts, types, open } = family;
  const properties = schema.$defs["EventData"]?.properties ?? {};
  const typed = parts.map((part) => `\`data.${part}\`: ${shapeLink(properties[part])}`);
  return [
    `## ${title}`,
    `${comes}`,
    `Pattern \`${pattern}\`, binding key \`${bindingKey(pattern)}\`. Typed fields: ${typed.join("; ")}.`,
    ...Object.entries(types).map(([type, about]) => typeSection(type, about, parts, golden)),
    ...(open === undefined ? [] : [`*${open}*`]),
  ].join("\n\n");
}

function shapeLink(part: Node | undefined): string {
  const name = (part?.$ref ?? part?.items?.$ref)?.replace("#/$defs/", "");
  if (name === undefined) return "free";
  return `[${name}](#${name.toLowerCase()})${part?.items ? ", a list" : ""}`;
}

function typeSection(
  type: string,
  about: EventType,
  parts: readonly string[],
  golden: readonly GoldenEvent[],
): string {
  const { means, like } = typeof about === "string" ? { means: about, like: type } : about;
  const all = golden.filter(({ event }) => event.type === like);
  const [example] = all;
  if (example === undefined) throw new Error(`fixtures/events has no ${like}`);
  const seen = fieldsSeen(
    all.map(({ event }) => event),
    parts,
  );
  const { raw: _, ...data } = example.event.data;
  return [
    `### \`${type}\``,
    means,
    ...(seen.length === 0 ? [] : [`Fields: ${seen.map((name) => `\`${name}\``).join(", ")}.`]),
    `From [${example.file}](../fixtures/events/${example.file}):`,
    `\`\`\`json\n${shownExample(example.event, data)}\n\`\`\``,
  ].join("\n\n");
}

/** One line for each property of the event and of its data: short, and still JSON. */
function shownExample(event: GoldenEvent["event"], data: object): string {
  const lines = Object.entries({ ...event, data: undefined }).flatMap(([key, value]) =>
    value === undefined ? [] : `  ${JSON.stringify(key)}: ${spaced(value)},`,
  );
  const inner = Object.entries(data).map(
    ([key, value]) => `    ${JSON.stringify(key)}: ${spaced(value)}`,
  );
  return `{\n${lines.join("\n")}\n  "data": {\n${inner.join(",\n")}\n  }\n}`;
}

/** JSON on one line with spaces where people put them. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, each]) => `${JSON.stringify(key)}: ${spaced(each)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function shapes(schema: Schema): string {
  const sections = shapeNames(schema).map((name) => {
    const shape = schema.$defs[name] ?? {};
    const page = shape["x-meta"] === undefined ? "" : ` [Meta's page](${String(shape["x-meta"])})`;
    const about = String(shape.description ?? "").replace(/ Meta: [\w/-]+\.$/, "");
    return [`### ${name}`, `${about}${page}`, table(fieldRows(shape, schema, ""))].join("\n\n");
  });
  return ["## Typed fields", "Fields in bold are always there.", ...sections].join("\n\n");
}

function table(rows: ReturnType<typeof fieldRows>): string {
  const lines = rows.map(({ name, kind, about, required }) => {
    const field = required ? `**\`${name}\`**` : `\`${name}\``;
    return `| ${field} | ${kind} | ${about.replaceAll("|", "\\|")} |`;
  });
  return ["| field | kind | meaning |", "|---|---|---|", ...lines].join("\n");
}
