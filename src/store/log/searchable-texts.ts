import type { WaypostEvent } from "../../contracts.ts";
import { saidWithAround } from "../../event/generated-paths.ts";

/** Under these keys stands what people read or wrote. Ids, codes, URLs and hashes are not searched. */
const readable = new Set([
  ...saidWithAround.map((path) => path.split(".").at(-1)),
  "filename",
  "details",
  "name",
  "username",
  "formattedName",
  "firstName",
  "lastName",
  "fullName",
  "company",
  "department",
  "address",
  "street",
  "city",
  "country",
  "phone",
  "email",
  "headline",
  "emoji",
  "summary",
  "subject",
  "reason",
  "payload",
  "language",
  "campaign",
]);

/** Everything below these keys is text of people or of the business. */
const freeForm = new Set(["response", "business", "notes", "ref"]);
const maxDepth = 12;

/** The texts an event is found by: the message first, then the person, then the rest. Never `raw`. */
export function* searchableTexts(event: WaypostEvent): Iterable<string> {
  const { message, contact, raw: _raw, account: _account, ...rest } = event.data;
  yield* readableTexts(message, false, 0);
  yield* readableTexts(contact, false, 0);
  yield* readableTexts(rest, false, 0);
}

function* readableTexts(value: unknown, all: boolean, depth: number): Iterable<string> {
  if (typeof value !== "object" || value === null || depth > maxDepth) return;
  for (const [key, inner] of Object.entries(value)) {
    const here = all || Array.isArray(value) || freeForm.has(key);
    if (typeof inner === "string") {
      if (here || readable.has(key)) yield inner;
    } else yield* readableTexts(inner, all || freeForm.has(key), depth + 1);
  }
}
