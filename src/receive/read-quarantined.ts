import type { QuarantineEntry } from "../contracts.ts";
import { keepWhole, type ParsedPost } from "./parse-post.ts";
import type { PostParser } from "./post-parser.ts";
import type { Sources } from "./sources/source.ts";
import { verifiedAtReceipt } from "./verified-body.ts";

/**
 * A POST out of quarantine, read by the rules as they are now: Meta's by the parser, a source's by its `emit`. What is of a source
 * that is there no more stays what it was, and is never taken for Meta's.
 */
export function readQuarantined(
  entry: QuarantineEntry,
  parser: PostParser,
  sources: Sources,
): ParsedPost | Promise<ParsedPost> {
  const body = verifiedAtReceipt(entry);
  if (entry.source === undefined) return parser.parse(body, entry);
  const source = sources.get(entry.source.replace(/^\/hooks\//, ""));
  return source === undefined
    ? keepWhole(body, entry, "its source is there no more")
    : parser.parseOf(source, body, entry);
}
