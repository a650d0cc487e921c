import { createHash } from "node:crypto";
import type { DeliveryContext } from "../../contracts.ts";
import type { DeskCall } from "../desk/contact-book.ts";
import { type ApiAnswer, unreadable } from "../http/api.ts";
import type { FreshdeskOptions } from "./options.ts";

/** What all steps of one delivery share. */
export interface Call extends DeskCall {
  readonly options: FreshdeskOptions;
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
  throw unreadable("Freshdesk", answer, true);
}

/** What a look-up lists. Throws DeliveryError. */
export function listIn(answer: ApiAnswer): readonly unknown[] {
  if (Array.isArray(answer.json)) return answer.json;
  throw unreadable("Freshdesk", answer, false);
}
