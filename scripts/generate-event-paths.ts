import type { Node, Schema } from "./generate-field-rows.ts";

const banner = "/* Generated from schemas/event.schema.json by `npm run generate`. */";

interface Marked {
  /** Dotted; `*` is each element of a list. */
  readonly path: string;
  readonly says?: string;
  readonly omits: readonly string[];
}

/** The text of src/event/generated-paths.ts: where the marks `x-omit` and `x-says` stand. */
export function eventPaths(schema: Schema): string {
  const { Message: message = {}, EventData: data = {} } = schema.$defs;
  // What a message holds is told once, of wherever a message stands.
  const ofMessage = marks(message, schema);
  const ofData = marks(data, schema);
  const said = ofMessage.filter(({ says }) => says !== undefined);
  const told = (paths: readonly Marked[]) =>
    JSON.stringify(
      paths.map(({ path }) => path),
      null,
      2,
    );
  return `${banner}

/** By what \`omit\` may say: dotted; \`*\` is each element of a list, \`?\` at the end: kept where it is a BSUID. */
export const omittedOfMessage = ${record(ofMessage)} as const;

export const omittedOfData = ${record(ofData)} as const;

/** What a message says, in reading order. */
export const saidItself: readonly string[] = ${told(said.filter(({ says }) => says === "itself"))};

/** The same, and the words around it, which its sender did not write for this message. */
export const saidWithAround: readonly string[] = ${told(said)};
`;
}

const kinds = ["raw", "phone", "name", "text", "media"];

function record(marked: readonly Marked[]): string {
  const of = (kind: string) =>
    marked.flatMap(({ path, omits }) =>
      omits.flatMap((omit) => (omit.replace("?", "") === kind ? omit.replace(kind, path) : [])),
    );
  return JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, of(kind)])), null, 2);
}

/** In the schema's order. Not into another message: whoever walks one walks that one by itself. */
function marks(node: Node, schema: Schema, path: readonly string[] = []): Marked[] {
  const { $ref, items, properties = {}, "x-says": says, "x-omit": omit = [] } = node;
  if ($ref === "#/$defs/Message") return [];
  const omits = [omit].flat();
  if (says !== undefined) omits.push("text");
  for (const each of omits) {
    if (!kinds.includes(each.replace("?", ""))) throw new Error(`there is no x-omit ${each}`);
  }
  const own = omits.length > 0 ? [{ path: path.join("."), omits, ...(says && { says }) }] : [];
  const named = $ref === undefined ? undefined : schema.$defs[$ref.replace("#/$defs/", "")];
  return [
    ...own,
    ...(named ? marks(named, schema, path) : []),
    ...(items ? marks(items, schema, [...path, "*"]) : []),
    ...Object.entries(properties).flatMap(([key, inner]) => marks(inner, schema, [...path, key])),
  ];
}
