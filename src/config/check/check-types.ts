import { compilePattern } from "../../event/pattern.ts";
import { each, quote } from "../shape.ts";
import { closest } from "../typos.ts";
import type { Words, YamlPath } from "../yaml-file.ts";
import { type Checked, works } from "./checked.ts";

/** Second segments of `whatsapp.…`; a test holds them equal to those of docs/events.md. */
export const families = [
  ...["message", "status", "payment", "error", "echo", "history", "standby", "handover", "call"],
  ...["group", "user", "contact", "conversion", "tracking", "flow", "template", "account", "phone"],
  ...["unrecognized", "outgoing"],
];

/** Of messages. Meta adds to them: what is none of these may be a new one. */
export const messageTypes = [
  ...["text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts"],
  ...["interactive", "button", "order", "reaction", "edit", "revoke", "system", "template"],
  ...["request_welcome", "media_placeholder", "unsupported", "unknown"],
];
const statuses = ["sent", "delivered", "read", "played", "failed", "deleted", "warning"];
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  ...{ message: messageTypes, echo: messageTypes, outgoing: messageTypes, status: statuses },
};

/** Reports patterns that are well-formed, and that no event's type ever meets. */
export function checkTypesExist(
  patterns: unknown,
  path: YamlPath,
  { source, report }: Checked,
): void {
  for (const [pattern, at] of each(patterns, path)) {
    if (typeof pattern !== "string" || !works(() => compilePattern(pattern))) continue;
    const words = whyNever(pattern.split("."), pattern);
    if (words === undefined) continue;
    // The remedy repeats parts of the pattern: not where a variable holds them.
    const isWritten = quote(source, at) === `"${pattern}"`;
    report(at, isWritten ? words : { ...words, remedy: "Correct what the variable holds" });
  }
}

/** Meta's own word for a kind of message, misspelt by one letter. */
export function misspeltKind(kind: string, known: readonly string[]): string | undefined {
  return known.includes(kind) ? undefined : closest(kind, known, 4, 1);
}

function whyNever([root = "", family, kind]: readonly string[], all: string): Words | undefined {
  if (isWild(root)) return undefined;
  if (root !== "whatsapp" && root !== "business") return ofRoot(root, all);
  if (family === undefined) return never(`${root}.#`);
  if (root === "business" || isWild(family)) return undefined;
  return families.includes(family) ? ofKind(family, kind) : ofFamily(family, kind);
}

/** `message.text`, or `whatsap.message.text`. */
function ofRoot(root: string, all: string): Words {
  if (families.includes(root)) return never(`whatsapp.${all}`);
  const meant = closest(root, ["whatsapp", "business"]);
  if (meant !== undefined) return never(`${meant}${all.slice(root.length)}`);
  return never(undefined, "Begin with whatsapp. or business.");
}

function ofFamily(family: string, kind: string | undefined): Words {
  const meant = closest(family, families, 4);
  if (meant !== undefined) return never(`whatsapp.${meant}.${kind ?? "*"}`);
  if (messageTypes.includes(family)) return never(`whatsapp.message.${family}`);
  return never(undefined, `Choose among whatsapp.${families.join(", ")}`);
}

function ofKind(family: string, kind: string | undefined): Words | undefined {
  if (family === "error") {
    return kind === undefined || kind === "#" ? undefined : never("whatsapp.error");
  }
  if (kind === undefined) return never(`whatsapp.${family}.*`);
  const meant = isWild(kind) ? undefined : misspeltKind(kind, kindsOf[family] ?? []);
  return meant === undefined ? undefined : never(`whatsapp.${family}.${meant}`);
}

function never(meant: string | undefined, otherwise = ""): Words {
  const remedy = meant === undefined ? otherwise : `Did you mean ${meant}?`;
  return { problem: "is a type that no event has", remedy: `${remedy}${list(remedy)}` };
}

function list(remedy: string): string {
  return remedy.endsWith("?")
    ? " docs/events.md lists them all"
    : "; docs/events.md lists them all";
}

function isWild(segment: string): boolean {
  return segment === "*" || segment === "#";
}
