import type { Message } from "./generated.ts";
import { saidItself, saidWithAround } from "./generated-paths.ts";

const split = (paths: readonly string[]) => paths.map((path) => path.split("."));
const itself = split(saidItself);
const withAround = split(saidWithAround);

/**
 * What a message says to a reader, in reading order: body, caption, note, text of what was chosen, an edit's new
 * content. `all`: also the words around it, which its sender did not write for this message: header and footer, the
 * second line of a chosen row, Meta's sentence in a system message. The mark `x-says` of the schema says which is which.
 */
export function messageTexts(message: Message | undefined, { all = false } = {}): string[] {
  if (message === undefined) return [];
  const own = (all ? withAround : itself).flatMap((path) => textsAt(message, path));
  return [...own, ...messageTexts(message.edit?.message, { all })];
}

/** Not all of a message is looked at when it is read: another program may have published something else. */
function textsAt(value: unknown, path: readonly string[], at = 0): string[] {
  const key = path[at];
  if (key === undefined) return typeof value === "string" && value !== "" ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  if (key === "*") {
    return Array.isArray(value) ? value.flatMap((each) => textsAt(each, path, at + 1)) : [];
  }
  return textsAt((value as Record<string, unknown>)[key], path, at + 1);
}
