import { type Family, families } from "./generate-catalogue.ts";

export type Node = Readonly<Record<string, unknown>>;
export interface EventSchema extends Node {
  readonly $defs: Node;
}

export const ref = (path: string) => ({ $ref: `#/components/${path}` });

/** Of the schema of a family. */
export const payloadName = ({ name }: Family) =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}Event`;

/** The event schema in the dialect of AsyncAPI, and each family as a narrowing of it. */
export function asyncapiSchemas(schema: EventSchema): Node {
  const { $schema: _, $id, $defs, ...event } = schema;
  const base = translate({
    ...event,
    description: `${String(event["description"])} \`${String($id)}\`.`,
  });
  const narrowed = families.map((family) => {
    const type = { type: "string", pattern: typeExpression(family.pattern) };
    const only = { type: "object", properties: { type } };
    return [payloadName(family), { allOf: [ref("schemas/WaypostEvent"), only] }] as const;
  });
  return {
    WaypostEvent: base,
    ...Object.fromEntries(narrowed),
    ...(translate($defs) as Node),
    QuarantinedPost: quarantinedPost,
  };
}

function typeExpression(pattern: string): string {
  return `^${pattern.replace(/\.[*#]$/, ".").replaceAll(".", "\\.")}${/[*#]$/.test(pattern) ? "" : "$"}`;
}

/** Draft 7 overlooks what stands beside a `$ref`; our own keywords mean nothing to others. */
function translate(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(translate);
  if (typeof node !== "object" || node === null) return node;
  const { $ref, tsType: _, ...rest } = node as Record<string, unknown>;
  const others = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, translate(value)]),
  );
  if (typeof $ref !== "string") return others;
  const target = ref($ref.replace("#/$defs/", "schemas/"));
  return Object.keys(others).length === 0 ? target : { ...others, allOf: [target] };
}

const text = (description: string, more: Node = {}) => ({ type: "string", ...more, description });

const quarantinedPost = {
  type: "object",
  description: "A CloudEvent whose data are the bytes of a POST.",
  required: [
    "specversion",
    "id",
    "type",
    "source",
    "time",
    "postid",
    "datacontenttype",
    "data_base64",
    "problems",
  ],
  properties: {
    specversion: text("CloudEvents version.", { const: "1.0" }),
    id: text("`qrn_` and a hash of the bytes: the same POST is kept once."),
    type: text("Always the same.", { const: "waypost.quarantine" }),
    source: text("`/whatsapp`, or `/hooks/<name>` of a source's POST."),
    time: text("When it was received.", { format: "date-time" }),
    postid: text("The POST, for tracing."),
    datacontenttype: text("Always bytes.", { const: "application/octet-stream" }),
    data_base64: text("The body, byte for byte."),
    problems: text("A JSON array of `{ path, reason }`, at most 100."),
  },
};
