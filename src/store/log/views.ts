import type { MessageView, WaypostEvent } from "../../contracts.ts";
import type { ErrorNote, LastMessage, LastSaid, Latest, StatusRank } from "./row-change.ts";

/** A message as `rowOf` its joined changes: the same in both stores. */
export interface MessageRow {
  readonly _id: string;
  readonly direction?: "in" | "out";
  readonly type?: Latest<string>;
  readonly conversationId?: string;
  readonly wabaId?: string;
  readonly phoneNumberId?: string;
  readonly status?: StatusRank;
  readonly statusAt?: Readonly<Record<string, string>>;
  /** Of our side's: the first time that it is known of. */
  readonly sentAt?: string;
  readonly pricing?: Latest<Readonly<Record<string, unknown>>>;
  readonly errors?: readonly ErrorNote[];
  readonly template?: Latest<string>;
  readonly sentBy?: Latest<string>;
  readonly campaign?: Latest<string>;
  readonly variant?: Latest<string>;
  /** JSON. */
  readonly ref?: Latest<string>;
}

/** A conversation as `rowOf` its joined changes. */
export interface ConversationRow {
  readonly _id: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly lastReceivedAt: string;
  readonly lastInboundAt?: string;
  /** The contact's last word, your side's last answer, and the last message of either, by payload time. */
  readonly lastAskedAt?: string;
  readonly lastOutboundAt?: string;
  readonly last?: LastSaid;
  readonly lastMessage?: LastMessage;
  /** Of the contact's last message, by receipt. */
  readonly heardAt?: string;
  readonly closedAt?: string;
  readonly groupId?: string;
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
  /** What the id was made of: the BSUID, else the phone. */
  readonly identity?: string;
  readonly userId?: string;
  readonly waId?: Latest<string>;
  readonly name?: Latest<string>;
  readonly username?: Latest<string>;
}

export function messageView(row: MessageRow, events: readonly WaypostEvent[]): MessageView {
  return withoutAbsent<MessageView>({
    id: row._id,
    direction: row.direction ?? "in",
    type: row.type?.value,
    template: row.template?.value,
    sentBy: row.sentBy?.value,
    campaign: row.campaign?.value,
    variant: row.variant?.value,
    ref: row.ref && JSON.parse(row.ref.value),
    conversationId: row.conversationId,
    account: withoutAbsent({ wabaId: row.wabaId, phoneNumberId: row.phoneNumberId }),
    status: row.status?.name,
    statusAt: row.statusAt ?? {},
    errors: [...(row.errors ?? [])].sort(byJson),
    pricing: row.pricing?.value,
    events: [...events].sort(byPayloadTime),
  });
}

function byPayloadTime(a: WaypostEvent, b: WaypostEvent): number {
  const order =
    Date.parse(a.time) - Date.parse(b.time) ||
    Date.parse(a.data.receivedAt) - Date.parse(b.data.receivedAt);
  return order || (a.id < b.id ? -1 : 1);
}

function byJson(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** `exactOptionalPropertyTypes`: what is not known is not there. */
export function withoutAbsent<T>(values: { readonly [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
