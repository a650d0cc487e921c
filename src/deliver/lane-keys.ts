import type { WaypostEvent } from "../contracts.ts";

/**
 * What an event's row shares with others of its lane: all ids of its person's conversation. Events without a
 * conversation go by their source.
 */
export function laneKeysOf(
  event: WaypostEvent,
  aliases: (id: string) => readonly string[],
): string[] {
  const { conversationId } = event.data;
  return conversationId === undefined ? [event.source] : [...aliases(conversationId)];
}
