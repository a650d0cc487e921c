import type { SourceAuth } from "../../contracts/sources.ts";
import type { Unverified, VerifiedBody } from "../verified-body.ts";
import { anyEquals, type Headers, valuesIn } from "./verify.ts";

/**
 * For senders that cannot sign: a header of their own, or `Authorization` with Basic or Bearer. It proves who sends, not
 * what: over plain http anybody on the way could read it.
 */
export function verifyCredentials(
  bytes: Buffer,
  headers: Headers,
  auth: SourceAuth,
): VerifiedBody | Unverified {
  const name = "header" in auth ? auth.header.toLowerCase() : "authorization";
  const values = valuesIn(headers, name);
  if (typeof values === "string") return values;
  const [header = ""] = values;
  const claimed = "header" in auth ? header : claimedIn(header, auth);
  if (claimed === undefined) return "malformed";
  return anyEquals(claimed, credentialsOf(auth)) ? (bytes as VerifiedBody) : "mismatch";
}

/** Any of them is enough. */
export function credentialsOf(auth: SourceAuth): readonly string[] {
  if ("header" in auth) return auth.secrets;
  return "basic" in auth ? auth.basic : auth.bearer;
}

function claimedIn(header: string, auth: Exclude<SourceAuth, { header: string }>) {
  const [, scheme, value] = /^(basic|bearer) +([^ ]+)$/i.exec(header) ?? [];
  if (value === undefined || !((scheme?.toLowerCase() as string) in auth)) return undefined;
  return "basic" in auth ? Buffer.from(value, "base64").toString("utf8") : value;
}
