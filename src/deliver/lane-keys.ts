import type { WaypostEvent } from "../contracts.ts";
import { aliasEdges } from "../event/alias-edges.ts";

/**
 * What an event's row shares with others of its lane: its conversation, the ids the event itself links to
 * it, and those the store knows. Events without a conversation go by their source.
 */
export function laneKeysOf(
  event: WaypostEvent,
  aliases: (id: string) => readonly string[],
): string[] {
  const { conversationId } = event.data;
  if (conversationId === undefined) return [event.source];
  const linked = aliasEdges(event).flatMap(({ from, to }) => [from, to]);
  return [...new Set([conversationId, ...linked, ...aliases(conversationId)])];
}
