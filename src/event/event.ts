/** The event as the schema lays it down, and what else the bus carries. */
import type { Account, WaypostEvent } from "./generated.ts";

export type { WaypostEvent } from "./generated.ts";

/** Those of waypost.yaml, by name. */
export type NamedAccounts = Readonly<Record<string, Pick<Account, "phoneNumberId" | "wabaId">>>;

/** The CloudEvents type of a quarantined POST. */
export const QUARANTINE_TYPE = "waypost.quarantine";

/** All bytes of a signed POST of which something could not be understood. Only the store takes it. */
export interface QuarantinedPost {
  readonly specversion: "1.0";
  /** `qrn_` and a hash of the bytes, and of the source where it is not Meta: the same POST is kept once. */
  readonly id: string;
  readonly type: typeof QUARANTINE_TYPE;
  /** `/whatsapp`, or `/hooks/<name>` of a source's POST. */
  readonly source: string;
  /** When it was received. */
  readonly time: string;
  readonly postid: string;
  readonly datacontenttype: "application/octet-stream";
  readonly data_base64: string;
  /** A JSON array of `{ path, reason }`, at most 100: CloudEvents extensions are scalars. */
  readonly problems: string;
  /** Of a message that is no event but has an event's id, and its type if it has one of an event's form. */
  readonly eventid?: string;
  readonly eventtype?: string;
}

/** What a consumer of the bus gets. */
export type BusMessage = WaypostEvent | QuarantinedPost;

/** As the schema has it; quarantined POSTs' ids are of this form too. */
const idForm = /^[\x21-\x7e]{1,512}$/;

export function isEventId(id: unknown): id is string {
  return typeof id === "string" && idForm.test(id);
}

const typeForm = /^[a-z0-9_]{1,64}(\.[a-z0-9_]{1,64})+$/;
const maxTypeLength = 255;

export function isEventType(type: unknown): type is string {
  return typeof type === "string" && type.length <= maxTypeLength && typeForm.test(type);
}

export function isQuarantined(item: BusMessage): item is QuarantinedPost {
  return item.type === QUARANTINE_TYPE;
}

/** One event or quarantined POST, serialised once on the ack path. Bus and spool move these bytes unread; what comes out of the spool says so (`spooled`). */
export interface EncodedEvent {
  /** The event id; AMQP `message_id`. */
  readonly id: string;
  /** The CloudEvents type. `waypost.quarantine` goes to the quarantine exchange, all others to `waypost.events`. */
  readonly type: string;
  /** `<type>.<phoneNumberId or "none">`. Holds no personal data. */
  readonly routingKey: string;
  /** The CloudEvent as UTF-8 JSON. */
  readonly bytes: Uint8Array;
}
