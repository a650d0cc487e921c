import type { Request } from "express";
import { type AuditFilter, StoreError } from "../../contracts.ts";
import { matchOf } from "../http/matched.ts";

/** What was asked for, as it came: people and texts among it. It is kept until its people are known by `ctc_…`, no longer. */
export interface Asked {
  readonly plain: AuditFilter;
  /** A conversation id, or a contact in any form. */
  readonly people: { readonly conversation?: string; readonly contact?: string };
}

/** `ctc_…` of whom a conversation is with, or who a contact is. Undefined: nobody known. */
export interface Resolve {
  conversation(id: string): Promise<string | undefined>;
  contact(text: string): Promise<string | undefined>;
}

/** Parameters, and properties of bodies, that say nothing of a person. Of all others it is only said that they were given. */
const plainNames = new Set([
  ...["type", "account", "from", "to", "destination", "state", "event", "step", "window"],
  ...["verdict", "route"],
  ...["name", "queue", "again", "effects", "dryRun", "rate", "force", "for", "by", "format"],
  ...["scopes", "accounts", "expiresAt", "who", "action", "kind", "direction", "notDone"],
]);
/** Say nothing of what is read, only of how it is listed. */
const ignored = new Set(["limit", "cursor", "order"]);
const plainText = /^[\w.:*#,+/-]{1,128}$/;
const ownId = /^(?:[\w.-]{1,64}:)?(?:evt|qrn|pst|rpl|ers|ctc)_[\w-]{1,80}(?::[\w.-]{1,64})?$/;

/** Pure. */
export function askedOf(request: Request): Asked {
  // What express has is over when a handler has thrown.
  const { openApiRoute: route, pathParams } = matchOf(request);
  const { filter, ...body } = bodyOf(request, route);
  const given = { ...request.query, ...body, ...(filter as object | undefined) };
  const { conversation, contact, ...others } = given;
  const plain = Object.entries(others)
    .filter(([name, value]) => value !== undefined && !ignored.has(name))
    .map(([name, value]) => [name, plainNames.has(name) ? plainOf(value) : true] as const);
  const named = inPath(pathParams, route);
  return {
    plain: { ...Object.fromEntries(plain), ...named.plain },
    people: {
      ...(conversation !== undefined && { conversation: String(conversation) }),
      ...(contact !== undefined && { contact: String(contact) }),
      ...named.people,
    },
  };
}

function inPath(params: Readonly<Record<string, unknown>>, route: string): Asked {
  const given = Object.entries(params).map(([name, value]) => [name, String(value)] as const);
  const [[, text] = ["", ""]] = given;
  if (route.startsWith("/api/conversations/")) {
    return { plain: {}, people: { conversation: text } };
  }
  if (route.startsWith("/api/contacts/")) return { plain: {}, people: { contact: text } };
  const plain = given.map(([name, each]) => [name, isPlainIn(route, name, each) ? each : true]);
  return { plain: Object.fromEntries(plain), people: {} };
}

/** Rejects where the store does not answer: then it is asked again. */
export async function resolveAsked(
  { plain, people: { conversation, contact } }: Asked,
  resolve: Resolve,
): Promise<AuditFilter> {
  return {
    ...plain,
    ...(conversation !== undefined && {
      conversation: await orUnknown(resolve.conversation(conversation)),
    }),
    ...(contact !== undefined && { contact: await orUnknown(resolve.contact(contact)) }),
  };
}

async function orUnknown(who: Promise<string | undefined>): Promise<string> {
  try {
    return (await who) ?? "unknown";
  } catch (error) {
    if (error instanceof StoreError && error.verdict === "outage") throw error;
    return "unknown";
  }
}

/** A name of the configuration, an id of ours, or Meta's of a file. */
function isPlainIn(route: string, name: string, text: string): boolean {
  if (name === "name" || route.startsWith("/api/media/")) return plainText.test(text);
  return ownId.test(text);
}

/** What is told of events is no filter, and not who has a secret. */
function bodyOf({ body }: Request, route: string): Record<string, unknown> {
  if (route === "/api/events" || route === "/api/session" || Array.isArray(body)) return {};
  return typeof body === "object" && body !== null ? body : {};
}

function plainOf(value: unknown): AuditFilter[string] {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) {
    return value.every((each) => typeof each === "string" && plainText.test(each)) ? value : true;
  }
  return typeof value === "string" && plainText.test(value) ? value : true;
}
