import type { Account, Contact, EventData } from "../../event/generated.ts";
import type { Json } from "./pick.ts";

type Around =
  | "account"
  | "contact"
  | "conversationId"
  | "groupId"
  | "receivedAt"
  | "test"
  | "supersededBy"
  | "renormalized"
  | "business"
  | "raw";

/** What a family understands of an item: all of the event that does not depend on where it came. */
export interface Found {
  /** The event type. */
  readonly type: string;
  /** What makes the item itself, family first; without it, its content does. */
  readonly key?: readonly (string | null)[];
  /** When it happened, ISO. */
  readonly at?: string | undefined;
  readonly person?: Contact;
  readonly groupId?: string | undefined;
  /** Where it says more of the account than the value's metadata. */
  readonly account?: Account;
  /** The family's part of `data`. */
  readonly data: Omit<EventData, Around>;
}

/** Where an item stands. */
export interface Whereabouts {
  /** Meta's field, as it came. */
  readonly field: string;
  readonly entryId?: string | undefined;
  readonly phoneNumberId?: string | undefined;
  readonly displayPhoneNumber?: string | undefined;
  /** What stands in the value beside its only message, status or call: `errors`, `conversation_context`. */
  readonly beside?: Json;
}

/** Makes sense of one item; a string says in words why it cannot. */
export type Understand = (item: Json, where: Whereabouts) => Found | string;

/** Why an item of a family that goes by ids cannot be taken. */
export const NO_ID = "its id is missing, or not 1 to 512 visible ASCII characters";
