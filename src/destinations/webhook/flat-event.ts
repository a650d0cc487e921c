import { failureMeaning } from "../../contracts/failure-meanings.ts";
import type { WaypostEvent } from "../../contracts.ts";
import { directionOf } from "../../event/direction.ts";
import { mediaOf } from "../../event/media-of.ts";
import { textOf } from "../../event/message-in-words.ts";

/** One level of keys in snake_case. */
export type FlatEvent = Readonly<Record<string, string | number | boolean>>;

const most = { keys: 300, depth: 8, items: 20 };

/**
 * An event for tools in which people pick fields by name. The first keys are always there, as texts, "" where nothing is known; behind
 * them comes all else that the event holds, under its path: `message_location_latitude`, `business_city`, `flow_stars`. Keys stay
 * what they are; new ones may come.
 */
export function flatEvent(event: WaypostEvent): FlatEvent {
  const flat = new Map<string, string | number | boolean>(Object.entries(alwaysThere(event)));
  for (const [key, value] of pathsIn(othersOf(event), "", 0)) {
    if (flat.size >= most.keys) break;
    if (!flat.has(key)) flat.set(key, value);
  }
  return Object.fromEntries(flat);
}

function alwaysThere(event: WaypostEvent): Record<string, string> {
  const { account, contact, conversationId, receivedAt, message, status, errors } = event.data;
  const [file] = mediaOf(event);
  const [error] = status?.errors ?? message?.errors ?? errors ?? [];
  const { buttonReply, listReply } = message?.interactive ?? {};
  const values: Readonly<Record<string, unknown>> = {
    event_id: event.id,
    type: event.type,
    time: event.time,
    received_at: receivedAt,
    direction: directionOf(event),
    account_waba_id: account.wabaId,
    account_phone_number_id: account.phoneNumberId,
    account_display_phone_number: account.displayPhoneNumber,
    conversation_id: conversationId,
    contact_name: contact?.name,
    contact_phone: contact?.waId && `+${contact.waId}`,
    contact_wa_id: contact?.waId,
    contact_user_id: contact?.userId,
    contact_username: contact?.username,
    message_id: message?.id ?? status?.messageId,
    message_type: message?.type,
    message_text: message && textOf(message),
    message_reply_id: buttonReply?.id ?? listReply?.id ?? message?.button?.payload,
    message_quoted_id: message?.context?.id,
    message_file_id: file?.id,
    message_file_name: file?.name,
    message_file_type: file?.mimeType,
    status: status?.status,
    error_code: error?.code,
    error_text: error && [error.title ?? error.message, error.details].filter(Boolean).join(": "),
    error_meaning: error && failureMeaning(error.code),
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value === undefined ? "" : String(value)]),
  );
}

/** Without what is told above, Meta's own form, and what only Waypost needs. */
function othersOf({ data }: WaypostEvent): Readonly<Record<string, unknown>> {
  const { raw: _, receivedAt: __, derived: ___, message, status, ...others } = data;
  if (message === undefined) return { ...others, ...(status && { status: statusPart(status) }) };
  const { id: ____, type: _____, text: ______, direction: _______, interactive, ...rest } = message;
  const { nfmReply, ...chosen } = interactive ?? {};
  const flow = nfmReply?.response ?? {};
  return { ...others, message: { ...rest, ...(interactive && { interactive: chosen }) }, flow };
}

function statusPart({
  status: _,
  messageId: __,
  ...rest
}: NonNullable<WaypostEvent["data"]["status"]>) {
  return rest;
}

type Path = readonly [key: string, value: string | number | boolean];

/** Lists count from 1. */
function* pathsIn(value: unknown, path: string, depth: number): Generator<Path> {
  if (value === null || value === undefined || depth > most.depth) return;
  if (typeof value === "object") {
    const entries = Array.isArray(value)
      ? value.slice(0, most.items).map((each, at) => [String(at + 1), each] as const)
      : Object.entries(value);
    for (const [key, inner] of entries) yield* pathsIn(inner, joined(path, key), depth + 1);
  } else if (path !== "" && isScalar(value)) yield [path, value];
}

function isScalar(value: unknown): value is Path[1] {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/** `phoneNumberId`, `Lead source`: `phone_number_id`, `lead_source`. What says its path already says it once. */
function joined(path: string, key: string): string {
  const snake = key
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "");
  const whole = snake.startsWith(`${path}_`) ? [snake] : [path, snake];
  return whole.filter(Boolean).join("_").slice(0, 200);
}
