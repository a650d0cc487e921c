import {
  type DeliveryContext,
  DeliveryError,
  type Link,
  type WaypostEvent,
} from "../../contracts.ts";
import type { ApiAnswer, Session } from "../http/api.ts";
import type { Person } from "../person.ts";
import type { IntercomOptions } from "./options.ts";

/** What all steps of one delivery share. */
export interface Call {
  readonly session: Session;
  readonly options: IntercomOptions;
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly person: Person;
  /** In whose name our side writes. */
  readonly account: Account;
}

/** Whose token it is, and where people look at things. */
export interface Account {
  readonly admin: string;
  urlOf(object: "contact" | "conversation", id: string): string;
}

/** A contact in Intercom, as the contact's link remembers it. */
export interface IntercomContact {
  readonly id: string;
  readonly link: Link;
  /** Intercom knows an e-mail address, to which it may send what our side says. */
  readonly hasMail: boolean;
  readonly isLead: boolean;
  /** Not only remembered, but seen in this attempt. */
  readonly seen: boolean;
  /** For this delivery, in this attempt or an earlier one. */
  readonly created: boolean;
}

/** Event times are ISO; Intercom's are seconds. */
export function secondsOf({ time }: WaypostEvent): number {
  return Math.floor(Date.parse(time) / 1_000);
}

/** An id of what was written. Throws DeliveryError where the answer has none: it may be written. */
export function idIn(
  { status, json }: ApiAnswer,
  name: "id" | "conversation_id",
  maybeDone = true,
): string {
  const id = ((json ?? {}) as Readonly<Record<string, unknown>>)[name];
  if (typeof id === "string" && id !== "") return id;
  const words = `Intercom answered ${status} with something that cannot be read`;
  throw new DeliveryError("outage", words, { maybeDone });
}
