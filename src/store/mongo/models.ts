import { type Connection, Schema } from "mongoose";
import type { AliasEdge } from "../../event/alias-edges.ts";
import type { ConversationRow, MessageRow } from "../log/views.ts";
import type { PackedEvent } from "./packed-event.ts";

/** One event: kept whole in `event`, found by what stands beside it. */
export interface EventDocument {
  readonly _id: string;
  readonly type: string;
  readonly dataversion: number;
  readonly receivedAt: Date;
  readonly conversationId?: string;
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
  readonly contactKeys: readonly string[];
  readonly messageIds: readonly string[];
  readonly postId?: string;
  readonly words: readonly string[];
  /** See EventIndex. */
  readonly breakdown?: string;
  readonly event: PackedEvent;
  /** Absent of those of before it was noted. */
  readonly storedAt?: Date;
  readonly expireAt?: Date;
}
interface Expiring {
  readonly expireAt?: Date;
}
export interface ConversationDocument extends ConversationRow, Expiring {
  readonly accounts?: readonly string[];
  /** See Marks. */
  readonly openSince?: string;
  /** There while somebody may wait for an answer. */
  readonly waitingSince?: string;
}
interface AliasDocument extends AliasEdge, Expiring {
  readonly _id: string;
}

const { Mixed } = Schema.Types;
const options = { minimize: false, strictQuery: "throw", versionKey: false, id: false } as const;
const newestFirst = { receivedAt: -1, _id: -1 } as const;

/** `expireAfterSeconds: 0`: each document says itself when it goes. */
function expiring<T>(schema: Schema<T>): Schema<T> {
  return schema.index({ expireAt: 1 }, { expireAfterSeconds: 0 });
}

const events = expiring(
  new Schema<EventDocument>(
    {
      _id: String,
      type: String,
      dataversion: Number,
      receivedAt: Date,
      conversationId: String,
      phoneNumberId: String,
      wabaId: String,
      contactKeys: [String],
      messageIds: [String],
      postId: String,
      words: [String],
      breakdown: String,
      event: Mixed,
      storedAt: Date,
      expireAt: Date,
    },
    options,
  ),
).index(newestFirst);
for (const field of [
  "type",
  "conversationId",
  "phoneNumberId",
  "wabaId",
  "contactKeys",
  "messageIds",
  "words",
]) {
  events.index({ [field]: 1, ...newestFirst });
}

// What two parts of a filter find together: each alone may have many, and both few.
for (const account of ["phoneNumberId", "wabaId"]) {
  events.index({ [account]: 1, type: 1, ...newestFirst });
}

// Of events that came in no POST there is none.
events.index({ postId: 1, ...newestFirst }, { partialFilterExpression: { postId: { $gt: "" } } });

const messages = expiring(
  new Schema<MessageRow & Expiring>(
    {
      _id: String,
      direction: String,
      type: Mixed,
      conversationId: String,
      wabaId: String,
      phoneNumberId: String,
      status: Mixed,
      statusAt: Mixed,
      sentAt: String,
      pricing: Mixed,
      errors: [Mixed],
      template: Mixed,
      sentBy: Mixed,
      campaign: Mixed,
      variant: Mixed,
      ref: Mixed,
      expireAt: Date,
    },
    { ...options, suppressReservedKeysWarning: true },
  ),
)
  // Only of those that our side sent.
  .index({ sentAt: 1, _id: 1 }, { partialFilterExpression: { sentAt: { $exists: true } } });

const latestInboundFirst = { lastReceivedAt: -1, _id: -1 } as const;
const conversations = expiring(
  new Schema<ConversationDocument>(
    {
      _id: String,
      firstAt: String,
      lastAt: String,
      lastReceivedAt: String,
      lastInboundAt: String,
      lastAskedAt: String,
      lastOutboundAt: String,
      last: Mixed,
      lastMessage: Mixed,
      heardAt: String,
      closedAt: String,
      openSince: String,
      waitingSince: String,
      groupId: String,
      phoneNumberId: String,
      wabaId: String,
      accounts: [String],
      identity: String,
      userId: String,
      waId: Mixed,
      name: Mixed,
      username: Mixed,
      expireAt: Date,
    },
    options,
  ),
)
  .index(latestInboundFirst)
  // Only of those that have it: the ones not settled yet.
  .index({ openSince: 1 }, { sparse: true })
  .index({ waitingSince: 1, _id: 1 }, { partialFilterExpression: { waitingSince: { $gt: "" } } })
  .index({ lastInboundAt: 1, _id: 1 })
  .index({ closedAt: 1, _id: 1 }, { partialFilterExpression: { closedAt: { $gt: "" } } })
  .index({ accounts: 1, ...latestInboundFirst })
  .index({ accounts: 1, lastInboundAt: 1, _id: 1 });
// Of an account and in a state.
for (const time of ["openSince", "waitingSince", "closedAt"]) {
  conversations.index(
    { accounts: 1, [time]: 1, _id: 1 },
    { partialFilterExpression: { [time]: { $gt: "" } } },
  );
}

const aliases = expiring(
  new Schema<AliasDocument>(
    { _id: String, from: String, to: String, kind: String, at: String, expireAt: Date },
    options,
  ),
)
  .index({ from: 1 })
  .index({ to: 1 });

/** Those of the log's collections that are not declared tables, on one connection. */
export function createModels(connection: Connection) {
  return {
    events: connection.model("events", events, "events"),
    messages: connection.model("messages", messages, "messages"),
    conversations: connection.model("conversations", conversations, "conversations"),
    aliases: connection.model("aliases", aliases, "aliases"),
  };
}

export type Models = ReturnType<typeof createModels>;
