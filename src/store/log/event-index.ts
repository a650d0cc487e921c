import { type Breakdown, StoreError, type WaypostEvent } from "../../contracts.ts";
import { contactKeys } from "../../event/contact-keys.ts";
import { sideOfType } from "../../event/direction.ts";
import { searchableTexts } from "./searchable-texts.ts";
import { indexWords } from "./words.ts";

/** What a stored event is found by. */
export interface EventIndex {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly conversationId: string | undefined;
  readonly phoneNumberId: string | undefined;
  readonly wabaId: string | undefined;
  /** BSUIDs and digits of phones of everybody it is about. */
  readonly contactKeys: readonly string[];
  /** The message it is or is about: its status, payment, reaction, edit, revocation; of a status also what it was sent with. */
  readonly messageIds: readonly string[];
  /** The POST that it came in. */
  readonly postId: string | undefined;
  readonly words: readonly string[];
  /** What series count of it beside its type: a Breakdown as JSON. */
  readonly breakdown: string | undefined;
}

/** A large group change names many people. */
const maxKeys = 200;

/** Throws StoreError `refused` when the event lacks what a log cannot do without. */
export function indexEvent(event: WaypostEvent): EventIndex {
  const { account, conversationId, receivedAt } = event.data;
  const at = Date.parse(receivedAt);
  if (idOf(event.id) === undefined || idOf(event.type) === undefined) {
    throw new StoreError("refused", "an event without id or type");
  }
  if (Number.isNaN(at) || at < 0) {
    throw new StoreError("refused", "an event without a readable data.receivedAt");
  }
  return {
    receivedAt: at,
    conversationId: idOf(conversationId),
    phoneNumberId: idOf(account.phoneNumberId),
    wabaId: idOf(account.wabaId),
    contactKeys: keys(contactKeys(event)),
    messageIds: messageIds(event),
    // Of an event that came in none it says how it was made.
    postId: String(event.postid).startsWith("pst_") ? idOf(event.postid) : undefined,
    words: indexWords(searchableTexts(event)),
    breakdown: breakdownOf(event),
  };
}

const maxName = 200;

/** Equal ones have the same text. */
function breakdownOf(event: WaypostEvent): string | undefined {
  const { status, message, campaign, variant } = event.data;
  if (status !== undefined) {
    const [error] = status.errors ?? [];
    return typeof error?.code === "number" ? JSON.stringify({ code: error.code }) : undefined;
  }
  if (sideOfType(event.type) !== "out") return undefined;
  const name = (value: unknown) => textOf(value)?.slice(0, maxName);
  const names: Breakdown = {
    ...{
      template: name(message?.template?.name),
      campaign: name(campaign),
      variant: name(variant),
    },
  } as Breakdown;
  const text = JSON.stringify(names);
  return text === "{}" ? undefined : text;
}

/** Undefined unless it is a string that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** As `textOf`. What holds a NUL is no id: SQL cannot hold it. */
export function idOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text?.includes("\0") ? undefined : text;
}

/** Stands among ids of messages; no wamid begins like that. */
export function callbackKey(callback: string): string {
  return `callback:${callback}`;
}

function messageIds({ data }: WaypostEvent): string[] {
  const { message, status, payment, conversion } = data;
  const sentWith = textOf(status?.bizOpaqueCallbackData);
  return keys([
    message?.id,
    status?.messageId,
    sentWith && callbackKey(sentWith),
    payment?.messageId,
    message?.reaction?.messageId,
    message?.edit?.originalMessageId,
    message?.revoke?.originalMessageId,
    conversion?.messageId,
  ]);
}

function keys(values: readonly unknown[]): string[] {
  const found = new Set<string>();
  for (const value of values) {
    const id = idOf(value);
    if (id !== undefined) found.add(id);
  }
  return [...found].slice(0, maxKeys);
}
