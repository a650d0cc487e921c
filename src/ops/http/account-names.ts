import type { RequestHandler } from "express";
import type { NamedAccounts } from "../../event/event.ts";
import { seenAccounts } from "../access/reach.ts";
import { anyViewerOf } from "../access/viewer.ts";
import { badParameter } from "./problem.ts";

/**
 * Behind the validator: who asks for an account by its name of waypost.yaml is answered as for its id. A name that is none is refused, or it
 * would look like an account of which there is nothing. Only the names that who asks may see are told.
 */
export function createAccountNames(accounts: () => NamedAccounts): RequestHandler {
  return ({ query, body }, response, next) => {
    const viewer = anyViewerOf(response);
    if (viewer === undefined) return next();
    const toId = (named: { account?: unknown } | undefined, parameter: string) => {
      const name = named?.account;
      if (named === undefined || typeof name !== "string" || isId(name)) return;
      const seen = seenAccounts(viewer, accounts());
      const { phoneNumberId, wabaId } = (Object.hasOwn(seen, name) && seen[name]) || {};
      const id = phoneNumberId ?? wabaId;
      if (id === undefined) throw unknownAccount(parameter, Object.keys(seen));
      named.account = id;
    };
    toId(query, "account");
    toId(body?.filter, "filter.account");
    next();
  };
}

/** Of a number or a WABA. */
function isId(text: string): boolean {
  return /^\d+$/.test(text);
}

function unknownAccount(parameter: string, names: readonly string[]) {
  return badParameter(
    parameter,
    `is neither a phone number id, nor a WABA id, nor an account of waypost.yaml; there are ${names.join(", ") || "none"}`,
  );
}
