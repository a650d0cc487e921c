import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { unauthorized } from "./problem.ts";
import { scopes, setViewer, type Viewer } from "./viewer.ts";

/** Whose token it is, by its digest. */
export type FindViewer = (digest: Buffer) => Viewer | undefined;

/** Lets a request pass that carries a token that is known, and says whose it is; all others get the same 401. */
export function authenticate(find: FindViewer): RequestHandler {
  return (request, response, next) => {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
    const viewer = find(digestOf(token ?? ""));
    if (token === undefined || viewer === undefined) throw unauthorized();
    setViewer(response, viewer);
    next();
  };
}

/**
 * Those of OPS_TOKENS: each has every scope. Compares digests in constant time and always all of them, so that time tells neither
 * how much matched nor which token.
 */
export function configuredTokens(tokens: readonly string[]): FindViewer {
  const known = tokens.map(digestOf);
  const viewer: Viewer = { name: "OPS_TOKENS", scopes: new Set(scopes) };
  return (digest) =>
    known.filter((each) => timingSafeEqual(each, digest)).length > 0 ? viewer : undefined;
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
