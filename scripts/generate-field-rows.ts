/** JSON Schema as far as schemas/event.schema.json uses it. */
export interface Node {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly "x-meta"?: unknown;
  /** What is left out where `omit` says so: `phone?` may be a BSUID, which stays. */
  readonly "x-omit"?: string | readonly string[];
  /** It is of what a message says: `itself`, or `around` what its sender wrote. It is a text to `x-omit`. */
  readonly "x-says"?: "itself" | "around";
}
export interface Schema extends Node {
  readonly $defs: Readonly<Record<string, Node>>;
}

export interface FieldRow {
  /** Dotted; `[]` after a list. */
  readonly name: string;
  readonly kind: string;
  readonly about: string;
  readonly required: boolean;
}

/** A row for each property, those of objects in it included; what has a name of its own is linked. */
export function fieldRows(node: Node, schema: Schema, prefix: string): FieldRow[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, property]) => {
    const name = prefix + key;
    const inner = property.items ?? property;
    const row = {
      name,
      kind: kindOf(property),
      about: property.description ?? "",
      required: node.required?.includes(key) ?? false,
    };
    const below = inner.$ref === undefined && inner.properties !== undefined;
    const dotted = property.items === undefined ? `${name}.` : `${name}[].`;
    return below ? [row, ...fieldRows(inner, schema, dotted)] : [row];
  });
}

function kindOf(node: Node): string {
  if (node.$ref !== undefined) {
    const name = node.$ref.replace("#/$defs/", "");
    return name === "EventData" || name === "Raw" ? "object" : `[${name}](#${name.toLowerCase()})`;
  }
  if (node.items !== undefined) return `list of ${kindOf(node.items)}`;
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (node.format === "date-time") return "time";
  return node.type === "string" ? "text" : (node.type ?? "any");
}

const notShapes = new Set(["EventData", "Raw"]);

export function shapeNames(schema: Schema): string[] {
  return Object.keys(schema.$defs).filter((name) => !notShapes.has(name));
}

/** The properties that any of the events has in these parts of its data, `message.text`. */
export function fieldsSeen(
  events: readonly { readonly data: object }[],
  parts: readonly string[],
): string[] {
  const seen = new Set<string>();
  for (const { data } of events) {
    for (const part of parts) {
      const value = (data as Record<string, unknown>)[part];
      const first: unknown = Array.isArray(value) ? value[0] : value;
      const list = Array.isArray(value) ? "[]" : "";
      for (const key of Object.keys(first ?? {})) seen.add(`${part}${list}.${key}`);
    }
  }
  return [...seen];
}
