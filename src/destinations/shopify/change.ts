import { type DeliveryContext, DeliveryError } from "../../contracts.ts";
import { cleanLine, cleanText, valueAsText } from "../clean-text.ts";
import type { Target } from "./customers.ts";
import type { Operation } from "./graphql.ts";
import type { ShopifyOptions } from "./options.ts";

/** What the templates gave for an event. */
export interface Wanted {
  readonly tags: readonly string[];
  /** "": none. */
  readonly note: string;
  readonly metafields: readonly Metafield[];
}

interface Metafield {
  /** As options name it: `custom.size`. */
  readonly path: string;
  readonly namespace: string;
  readonly key: string;
  readonly type: string;
  readonly value: string;
}

/** Shopify's limits of a tag, a note and a metafield's value. */
const most = { tag: 255, note: 5_000, value: 65_000 };

/** Throws DeliveryError. */
export async function renderWanted(
  { tags, note, metafields }: Pick<ShopifyOptions, "tags" | "note" | "metafields">,
  context: Pick<DeliveryContext, "scope">,
): Promise<Wanted> {
  const [tagged, noted, fields] = await Promise.all(
    [tags, note, metafields].map((each) => each.render(context)),
  );
  return toWanted(tagged, noted, fields);
}

/** As rendered; what renders to nothing is left out. */
export function toWanted(tags: unknown, note: unknown, metafields: unknown): Wanted {
  const all = (tags as readonly unknown[]).map(tagOf).filter((tag) => tag !== "");
  return {
    tags: [...new Set(all)],
    note: cleanText(valueAsText(note), most.note).trim(),
    metafields: Object.entries(metafields as Readonly<Record<string, unknown>>).flatMap(
      metafieldOf,
    ),
  };
}

/** A comma would make two of it. */
function tagOf(value: unknown): string {
  return cleanLine(valueAsText(value).replaceAll(",", " "), most.tag);
}

function metafieldOf([path, given]: [string, unknown]): Metafield[] {
  const typed = typeof given === "object" && given !== null && "type" in given && "value" in given;
  const { type, value } = typed ? given : { type: "multi_line_text_field", value: given };
  const text = cleanText(valueAsText(value), most.value);
  const [namespace = "", key = ""] = path.split(".");
  return text.trim() === "" ? [] : [{ path, namespace, key, type: String(type), value: text }];
}

/**
 * One request with what is not there yet: tags are added, metafields set, and the note is appended once, which its mark tells. Sent again
 * it changes nothing. undefined: all is there. Throws DeliveryError.
 */
export function changeOf(target: Target, wanted: Wanted, eventId: string): Operation | undefined {
  const { id, object } = target;
  const has = new Set(target.tags.map((tag) => tag.toLowerCase()));
  const tags = wanted.tags.filter((tag) => !has.has(tag.toLowerCase()));
  const metafields = wanted.metafields.map(({ path: _, ...field }) => ({ ownerId: id, ...field }));
  const note = noteWith(target.note, wanted.note, eventId);
  const update = object === "customer" ? "customerUpdate" : "orderUpdate";
  const input = object === "customer" ? "CustomerInput" : "OrderInput";
  const parts = [
    tags.length > 0 && {
      declared: "$id: ID!, $tags: [String!]!",
      field: "tagsAdd(id: $id, tags: $tags) { userErrors { field message } }",
      variables: { id, tags },
    },
    metafields.length > 0 && {
      declared: "$metafields: [MetafieldsSetInput!]!",
      field: "metafieldsSet(metafields: $metafields) { userErrors { field message code } }",
      variables: { metafields },
    },
    note !== undefined && {
      declared: `$input: ${input}!`,
      field: `${update}(input: $input) { userErrors { field message } }`,
      variables: { input: { id, note } },
    },
  ].filter((part) => part !== false);
  if (parts.length === 0) return undefined;
  const fields = parts.map(({ field }) => field);
  return {
    name: `WaypostWrite ${fields.map((field) => field.split("(")[0]).join(" ")}`,
    text: `mutation Waypost(${parts.map(({ declared }) => declared).join(", ")}) {
    ${fields.join("\n    ")}
  }`,
    variables: Object.assign({}, ...parts.map(({ variables }) => variables)),
    // ["metafields", "1", "value"]
    refused: ([what, at]) =>
      what === "metafields" ? wanted.metafields[Number(at)]?.path : undefined,
  };
}

/** undefined: nothing to append, or it is there. What people wrote is never shortened. */
function noteWith(note: string, addition: string, eventId: string): string | undefined {
  const mark = ` [${eventId}]`;
  if (addition === "" || note.includes(mark)) return undefined;
  const before = note === "" ? "" : `${note}\n`;
  const room = most.note - before.length - mark.length;
  if (room < 1) {
    throw new DeliveryError(
      "refused",
      "the note is full (5,000 characters): shorten it in Shopify",
    );
  }
  return before + cleanText(addition, room) + mark;
}
