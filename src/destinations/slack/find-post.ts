import type { WebClient } from "@slack/web-api";
import type { Delivered, WaypostEvent } from "../../contracts.ts";
import { metadataType, type Thread } from "./thread.ts";

/** Slack's clock and ours may differ. */
const skewMs = 300_000;
const maxPages = 100;

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
): Promise<Delivered | undefined> {
  const oldest = String((Date.parse(event.data.receivedAt) - skewMs) / 1000);
  if (thread) {
    const ask = (cursor: string) =>
      client.conversations.replies({ ...page(thread.channel, oldest, cursor), ts: thread.ts });
    const ts = await search(ask, id);
    if (ts !== undefined) return { remoteId: `${thread.channel}:${ts}`, answer: "found" };
  }
  const ask = (cursor: string) => client.conversations.history(page(channel, oldest, cursor));
  const ts = await search(ask, id);
  if (ts === undefined) return undefined;
  return { remoteId: `${channel}:${ts}`, answer: "found", link: { channel, ts, at: event.time } };
}

function page(channel: string, oldest: string, cursor: string) {
  const all = { channel, oldest, limit: 100, include_all_metadata: true };
  return cursor === "" ? all : { ...all, cursor };
}

interface History {
  readonly messages?: readonly {
    readonly ts?: string;
    readonly metadata?: { readonly event_type?: string; readonly event_payload?: object };
  }[];
  readonly response_metadata?: { readonly next_cursor?: string };
}

async function search(
  ask: (cursor: string) => Promise<History>,
  eventId: string,
): Promise<string | undefined> {
  let cursor = "";
  for (let count = 0; count < maxPages; count += 1) {
    const { messages = [], response_metadata } = await ask(cursor);
    const found = messages.find(({ metadata }) => {
      const { event_type, event_payload = {} } = metadata ?? {};
      return (
        event_type === metadataType &&
        "event_id" in event_payload &&
        event_payload.event_id === eventId
      );
    });
    if (found?.ts !== undefined) return found.ts;
    cursor = response_metadata?.next_cursor ?? "";
    if (cursor === "") return undefined;
  }
  return undefined;
}
