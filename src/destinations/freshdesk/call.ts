import { createHash } from "node:crypto";
import {
  type DeliveryContext,
  DeliveryError,
  type Link,
  type WaypostEvent,
} from "../../contracts.ts";
import type { ApiAnswer, Session } from "../http/api.ts";
import type { Person } from "../person.ts";
import type { FreshdeskOptions } from "./options.ts";

/** What all steps of one delivery share. */
export interface Call {
  readonly session: Session;
  readonly options: FreshdeskOptions;
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly person: Person;
}

/** A contact in Freshdesk, as the contact's link remembers it. */
export interface FreshdeskContact {
  readonly id: string;
  readonly link: Link;
  /** Not only remembered, but seen in this attempt. */
  readonly seen: boolean;
  /** For this delivery, in this attempt or an earlier one. */
  readonly created: boolean;
}

/** By which a ticket is known again: the same for every attempt of a delivery, and short enough for a tag. */
export function markOf({ idempotencyKey }: Pick<DeliveryContext, "idempotencyKey">): string {
  return `wp-${createHash("sha256").update(idempotencyKey).digest("hex").slice(0, 16)}`;
}

/** Where people look at it. */
export function urlOf(
  { baseUrl }: Pick<FreshdeskOptions, "baseUrl">,
  object: "contact" | "ticket",
  id: string,
): string {
  return `${baseUrl.origin}/a/${object}s/${encodeURIComponent(id)}`;
}

/** Freshdesk's id of what was made. Throws DeliveryError where the answer has none: it may be made. */
export function madeId(answer: ApiAnswer): string {
  const { id } = (answer.json ?? {}) as { id?: unknown };
  if (typeof id === "number") return String(id);
  throw unreadable(answer, true);
}

/** What a look-up lists. Throws DeliveryError. */
export function listIn(answer: ApiAnswer): readonly unknown[] {
  if (Array.isArray(answer.json)) return answer.json;
  throw unreadable(answer, false);
}

function unreadable({ status }: ApiAnswer, maybeDone: boolean): DeliveryError {
  const words = `Freshdesk answered ${status} with something that cannot be read`;
  return new DeliveryError("outage", words, { maybeDone });
}
