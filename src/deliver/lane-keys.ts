import type { WaypostEvent } from "../contracts.ts";

/**
 * What an event's row shares with others of its lane: all ids of its person's conversation. An event without a
 * conversation goes with those about the same thing (a template, a call, a group, a flow, a message), else alone.
 */
export function laneKeysOf(
  event: WaypostEvent,
  aliases: (id: string) => readonly string[],
): string[] {
  const { conversationId } = event.data;
  return conversationId === undefined
    ? [subjectOf(event) ?? event.id]
    : [...aliases(conversationId)];
}

function subjectOf({ data }: WaypostEvent): string | undefined {
  const subjects: readonly (readonly [string, unknown])[] = [
    ["template", data.template?.id],
    ["call", data.call?.id],
    ["group", data.group?.id ?? data.groupId],
    ["flow", data.flow?.flowId],
    ["message", (data.status ?? data.payment ?? data.conversion)?.messageId],
  ];
  // Not all of this is looked at when an event is read: another program may have published something else.
  const found = subjects.find(([, id]) => typeof id === "string" && id !== "");
  return found?.join(":");
}
