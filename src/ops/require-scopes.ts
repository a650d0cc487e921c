import type { ErrorRequestHandler, Request } from "express";
import { Problem } from "./problem.ts";
import { type Scope, viewerOf } from "./viewer.ts";

const lacking = new WeakMap<Request, string>();

/** For the validator: each scheme of `security` names the scopes of its operation as roles. Who asks is known by then. */
export function requireScopes(request: Request, needed: readonly string[]): boolean {
  if (request.res === undefined) return false;
  const { scopes } = viewerOf(request.res);
  const missing = needed.find((scope) => !scopes.has(scope as Scope));
  if (missing === undefined) return true;
  lacking.set(request, missing);
  return false;
}

/** The validator answers for all schemes at once, and with a 401: the one that this request does not use failed too. */
export const nameMissingScope: ErrorRequestHandler = (error, request, _response, next) => {
  const scope = lacking.get(request);
  next(scope === undefined ? error : missingScope(scope));
};

function missingScope(scope: string): Problem {
  return new Problem(403, "missing-scope", `This needs the scope ${scope}.`, {
    detail: "Ask with a token that has it; `waypost tokens create --scope …` makes one.",
  });
}
