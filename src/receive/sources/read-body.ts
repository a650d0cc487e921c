import { isUtf8 } from "node:buffer";
import { type JsonProblem, parseJson, scanJson, type Unreadable } from "../json.ts";
import type { VerifiedBody } from "../verified-body.ts";

/** A body as a value, and where it is not quite what was sent. */
interface ReadBody {
  readonly value: unknown;
  readonly problems: readonly JsonProblem[];
}

const formType = "application/x-www-form-urlencoded";
const maxFields = 10_000;

/**
 * JSON; or where `mayBeForm`, a form's fields, with a list of those that occur more than once. What begins as JSON is JSON, whatever
 * `contentType` says: curl calls everything a form. Without a `contentType`, as out of quarantine, a form is told by its looks.
 */
export function readBody(
  body: VerifiedBody,
  mayBeForm: boolean,
  contentType: string | undefined,
): ReadBody | Unreadable {
  if (mayBeForm && isForm(body, contentType)) return readForm(body);
  const scanned = scanJson(body);
  if ("unreadable" in scanned) return scanned;
  const parsed = parseJson(scanned);
  return "unreadable" in parsed ? parsed : { value: parsed.value, problems: scanned.problems };
}

function isForm(body: VerifiedBody, contentType: string | undefined): boolean {
  const start = body.subarray(0, 64).toString("latin1");
  if (/^(?:\xef\xbb\xbf)?\s*[{[]/.test(start)) return false;
  if (contentType === undefined) return /^[^\s=&]*=/.test(start);
  return contentType.split(";", 1)[0]?.trim().toLowerCase() === formType;
}

function readForm(body: VerifiedBody): ReadBody | Unreadable {
  if (!isUtf8(body)) return { unreadable: "not UTF-8" };
  const text = body.toString("utf8");
  if (text.split("&", maxFields + 1).length > maxFields) {
    return { unreadable: `more than ${maxFields} fields` };
  }
  const fields = new Map<string, string | string[]>();
  const problems: JsonProblem[] = [];
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  const decoded = [...fields].flat(2).join("");
  if (decoded.includes("\ufffd") && !/\ufffd|%ef%bf%bd/i.test(text)) {
    problems.push({ path: "", reason: "holds encoded bytes that are no UTF-8" });
  }
  return { value: Object.fromEntries(fields), problems };
}
