import { compile, type JSONSchema } from "json-schema-to-typescript";

const banner = "/* Generated from schemas/event.schema.json by `npm run generate`. */";

/** The text of src/event/generated.ts. */
export async function eventTypes(schema: Readonly<Record<string, unknown>>): Promise<string> {
  // The conditions tie a type to its part of data; TypeScript has no use for them.
  const { allOf: _, ...plain } = schema;
  const source = await compile(named(plain) as JSONSchema, "WaypostEvent", {
    bannerComment: banner,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
  });
  return source.replace(definitionNote, "");
}

const definitionNote =
  / \*\n \* This interface was referenced by `WaypostEvent`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g;

/** Names a definition where it is used: a description beside `$ref` would make a copy of it each time. */
function named(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(named);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, ...rest } = schema as Record<string, unknown>;
  if (typeof $ref === "string") return { ...rest, tsType: $ref.replace("#/$defs/", "") };
  return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, named(value)]));
}
