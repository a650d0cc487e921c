import type { WebClient } from "@slack/web-api";
import type { WaypostEvent } from "../../contracts.ts";
import { earliestOf } from "../later-time.ts";
import { isThreadFailure } from "./failure.ts";
import { metadataType, type Thread } from "./thread.ts";
import type { ThreadPlace } from "./upload.ts";

const maxPages = 100;

export interface FoundPost {
  readonly channel: string;
  readonly ts: string;
  /** The thread that it stands in, or begins. */
  readonly thread: string;
  /** Ids of the files that are to follow it. */
  readonly files: readonly string[];
}

interface Place {
  readonly channel: string;
  readonly thread: Thread | undefined;
  /** What the post carries. */
  readonly id: string;
}

/**
 * The post of an event, wherever an earlier attempt may have put it: in the conversation's thread, or in the channel, where
 * a thread begins. Looks back to when the event came.
 */
export async function findPost(
  client: WebClient,
  event: WaypostEvent,
  { channel, thread, id }: Place,
): Promise<FoundPost | undefined> {
  const oldest = oldestOf(event);
  const hasId = ({ metadata }: Message) => idsIn(metadata).includes(id);
  if (thread) {
    const found = await search(repliesOf(client, thread, oldest), hasId).catch(nothingOfGone);
    if (found) return foundAt(found, thread.channel, thread.ts);
  }
  const ask = (cursor: string) => client.conversations.history(page(channel, oldest, cursor));
  const found = await search(ask, hasId);
  return found && foundAt(found, channel);
}

/** A thread whose first message somebody has deleted holds nothing any more. */
function nothingOfGone(error: unknown): undefined {
  if (!isThreadFailure(error)) throw error;
}

/** Whether a message in the thread has this file, or says why it cannot be shown. */
export async function isShared(
  client: WebClient,
  event: WaypostEvent,
  { place, file }: { readonly place: ThreadPlace; readonly file: string },
): Promise<boolean> {
  const hasFile = ({ files = [], metadata }: Message) =>
    [...files.map(({ id }) => id), ...listIn(metadata, "left_out")].includes(file);
  return (await search(repliesOf(client, place, oldestOf(event)), hasFile)) !== undefined;
}

function foundAt({ ts = "", metadata }: Message, channel: string, thread = ts): FoundPost {
  return { channel, ts, thread, files: listIn(metadata, "files") };
}

function listIn(metadata: Message["metadata"], key: "files" | "left_out"): string[] {
  const list = payloadOf(metadata)[key];
  return typeof list === "string" ? list.split(",") : [];
}

function oldestOf(event: WaypostEvent): string {
  return String(earliestOf(event) / 1000);
}

function repliesOf(client: WebClient, { channel, ts }: ThreadPlace, oldest: string) {
  return (cursor: string) => client.conversations.replies({ ...page(channel, oldest, cursor), ts });
}

function page(channel: string, oldest: string, cursor: string) {
  const all = { channel, oldest, limit: 100, include_all_metadata: true };
  return cursor === "" ? all : { ...all, cursor };
}

interface Message {
  readonly ts?: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: object };
  readonly files?: readonly { readonly id?: string }[];
}

interface History {
  readonly messages?: readonly Message[];
  readonly response_metadata?: { readonly next_cursor?: string };
}

async function search(
  ask: (cursor: string) => Promise<History>,
  isIt: (message: Message) => boolean,
): Promise<Message | undefined> {
  let cursor = "";
  for (let count = 0; count < maxPages; count += 1) {
    const { messages = [], response_metadata } = await ask(cursor);
    const found = messages.find((message) => message.ts !== undefined && isIt(message));
    if (found) return found;
    cursor = response_metadata?.next_cursor ?? "";
    if (cursor === "") return undefined;
  }
  return undefined;
}

function payloadOf(metadata: Message["metadata"]): Readonly<Record<string, unknown>> {
  const { event_type, event_payload = {} } = metadata ?? {};
  return event_type === metadataType ? { ...event_payload } : {};
}

/** Of all events that the post tells. */
function idsIn(metadata: Message["metadata"]): readonly unknown[] {
  const { event_id, event_ids } = payloadOf(metadata);
  if (typeof event_ids !== "string") return [event_id];
  try {
    const ids: unknown = JSON.parse(event_ids);
    return Array.isArray(ids) ? ids : [event_id];
  } catch {
    return [event_id];
  }
}
