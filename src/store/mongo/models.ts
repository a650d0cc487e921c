import { type Connection, Schema } from "mongoose";
import type { AliasEdge } from "../../event/alias-edges.ts";
import type { ConversationRow, MessageRow } from "../views.ts";
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
  readonly words: readonly string[];
  readonly event: PackedEvent;
  readonly expireAt?: Date;
}
interface AliasDocument extends AliasEdge {
  readonly _id: string;
}
export interface AccountDocument {
  readonly _id: string;
  readonly lastEventAt: string;
}
export interface QuarantineDocument {
  readonly _id: string;
  readonly receivedAt: Date;
  readonly postId: string;
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  readonly bytes: Buffer;
  readonly expireAt?: Date;
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
      words: [String],
      event: Mixed,
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

const messages = expiring(
  new Schema<MessageRow>(
    {
      _id: String,
      direction: String,
      type: Mixed,
      conversationId: String,
      wabaId: String,
      phoneNumberId: String,
      status: Mixed,
      statusAt: Mixed,
      pricing: Mixed,
      errors: [Mixed],
      template: Mixed,
      sentBy: Mixed,
      campaign: Mixed,
      variant: Mixed,
      ref: Mixed,
      expireAt: Date,
    } as never,
    { ...options, suppressReservedKeysWarning: true },
  ),
);

const latestInboundFirst = { lastReceivedAt: -1, _id: -1 } as const;
const conversations = expiring(
  new Schema<ConversationRow>(
    {
      _id: String,
      firstAt: String,
      lastAt: String,
      lastReceivedAt: String,
      lastInboundAt: String,
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
    } as never,
    options,
  ),
)
  .index(latestInboundFirst)
  .index({ accounts: 1, ...latestInboundFirst });

const aliases = expiring(
  new Schema<AliasDocument>(
    { _id: String, from: String, to: String, kind: String, at: String, expireAt: Date } as never,
    options,
  ),
)
  .index({ from: 1 })
  .index({ to: 1 });

const accounts = new Schema<AccountDocument>({ _id: String, lastEventAt: String }, options);

const quarantine = expiring(
  new Schema<QuarantineDocument>(
    {
      _id: String,
      receivedAt: Date,
      postId: String,
      problems: [Mixed],
      bytes: Buffer,
      expireAt: Date,
    },
    options,
  ),
).index(newestFirst);

/** The collections of the log on one connection. */
export function createModels(connection: Connection) {
  return {
    events: connection.model("events", events, "events"),
    messages: connection.model("messages", messages, "messages"),
    conversations: connection.model("conversations", conversations, "conversations"),
    aliases: connection.model("aliases", aliases, "aliases"),
    accounts: connection.model("accounts", accounts, "accounts"),
    quarantine: connection.model("quarantine", quarantine, "quarantine"),
  };
}

export type Models = ReturnType<typeof createModels>;
