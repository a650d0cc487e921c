import type { SilentConversation, WaypostEvent } from "../../contracts.ts";
import { hashId } from "../../event/hash-id.ts";
import { ownEvent } from "../../event/own-event.ts";

/**
 * That the conversation ended with this last message: whoever says so, and however often, it is the same event by its id.
 * It happened when the silence had lasted `closeAfterMs`, and is received now.
 */
export function closedEvent(
  { id, account, contact, groupId, lastMessage }: SilentConversation,
  { closeAfterMs, now }: { readonly closeAfterMs: number; readonly now: Date },
): WaypostEvent {
  const event = ownEvent({
    id: hashId("evt_", ["closed by silence", id, lastMessage.id]),
    type: "business.conversation.closed",
    source: "/waypost",
    time: new Date(Date.parse(lastMessage.at) + closeAfterMs).toISOString(),
    postid: "closing",
    data: {
      account,
      ...(contact && { contact }),
      ...(groupId !== undefined && { groupId }),
      receivedAt: now.toISOString(),
      business: { by: "silence", lastMessageAt: lastMessage.at },
    },
  });
  // The row may know less of the person than what its id was made of.
  return { ...event, subject: id, data: { ...event.data, conversationId: id } };
}
