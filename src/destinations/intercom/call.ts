import type { WaypostEvent } from "../../contracts.ts";
import type { DeskCall } from "../desk/contact-book.ts";
import { type ApiAnswer, unreadable } from "../http/api.ts";
import type { IntercomOptions } from "./options.ts";

/** What all steps of one delivery share. */
export interface Call extends DeskCall {
  readonly options: IntercomOptions;
  /** The wall clock. */
  now(): number;
  /** In whose name our side writes. */
  readonly account: Account;
}

/** Whose token it is, and where people look at things. */
export interface Account {
  readonly admin: string;
  urlOf(object: "contact" | "conversation", id: string): string;
}

/** Event times are ISO; Intercom's are seconds. */
export function secondsOf({ time }: WaypostEvent): number {
  return Math.floor(Date.parse(time) / 1_000);
}

/** An id of what was written. Throws DeliveryError where the answer has none: it may be written. */
export function idIn(answer: ApiAnswer, name: "id" | "conversation_id", maybeDone = true): string {
  const id = ((answer.json ?? {}) as Readonly<Record<string, unknown>>)[name];
  if (typeof id === "string" && id !== "") return id;
  throw unreadable("Intercom", answer, maybeDone);
}
