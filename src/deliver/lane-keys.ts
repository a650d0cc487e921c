import type { WaypostEvent } from "../contracts.ts";
import { aliasEdges } from "../event/alias-edges.ts";

/**
 * What an event's row shares with others of its lane, as far as the event itself says: its conversation and the ids it
 * links to that. Those the store knows come besides. Events without a conversation go by their source.
 */
export function laneKeysOf(event: WaypostEvent): string[] {
  const { conversationId } = event.data;
  if (conversationId === undefined) return [event.source];
  const linked = aliasEdges(event).flatMap(({ from, to }) => [from, to]);
  return [...new Set([conversationId, ...linked])];
}
