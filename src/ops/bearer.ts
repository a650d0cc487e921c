import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { unauthorized } from "./problem.ts";

/**
 * Lets a request pass that carries one of the tokens; all others get the same 401. Compares digests in
 * constant time and always all of them, so that time tells neither how much matched nor which token.
 */
export function requireBearer(tokens: readonly string[]): RequestHandler {
  const known = tokens.map(digest);
  return (request, _response, next) => {
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
    const given = digest(token ?? "");
    const matches = known.filter((each) => timingSafeEqual(each, given)).length;
    next(token !== undefined && matches > 0 ? undefined : unauthorized());
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
