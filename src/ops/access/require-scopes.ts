import type { ErrorRequestHandler, Request } from "express";
import { matchOf } from "../http/matched.ts";
import { createNote } from "../http/note.ts";
import { Problem } from "../http/problem.ts";
import { type Scope, viewerOf } from "./viewer.ts";

const lacking = createNote<Request, Problem>("lacking");

/** For the validator: each scheme of `security` names the scopes of its operation as roles. Who asks is known by then. */
export function requireScopes(request: Request, needed: readonly string[]): boolean {
  if (request.res === undefined) return false;
  const { scopes, accounts } = viewerOf(request.res);
  const missing = needed.find((scope) => !scopes.has(scope as Scope));
  if (missing !== undefined) lacking.set(request, missingScope(missing));
  else if (accounts !== undefined && matchOf(request).schema?.["x-accounts"] !== true) {
    lacking.set(request, allAccounts());
  }
  return !lacking.has(request);
}

/** Why `requireScopes` has said no. */
export function missingFor(request: Request): Problem | undefined {
  return lacking.get(request);
}

/** The validator answers for all schemes at once, and with a 401: the one that this request does not use failed too. */
export const nameMissingScope: ErrorRequestHandler = (error, request, _response, next) => {
  next(lacking.get(request) ?? error);
};

function missingScope(scope: string): Problem {
  return new Problem(403, "missing-scope", `This needs the scope ${scope}.`, {
    detail: "Ask with a token that has it; `waypost tokens create --scope …` makes one.",
  });
}

function allAccounts(): Problem {
  return new Problem(403, "all-accounts", "This concerns all accounts.", {
    detail: "Ask with a token that was made without `--account`.",
  });
}
