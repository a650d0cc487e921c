import type { WaypostEvent } from "../../src/event/event.ts";
import { type Answer, api } from "./client.ts";
import { useResource } from "./resource.ts";
import { revealAlso, revealedOf } from "./reveal.ts";

/** More of one conversation is not looked for: what is older stays masked in lists. */
const most = 400;

/** Events of a list, of which those in conversations that were revealed are as they are. The others stay as they came. */
export function useRevealed(events: readonly WaypostEvent[]): readonly WaypostEvent[] {
  const revealed = revealedOf(events.map(({ data }) => data.conversationId));
  const wanted = revealed.map(({ conversation, reason }) => {
    const own = events.filter(({ data }) => data.conversationId === conversation);
    const times = own.map(({ data }) => data.receivedAt).sort();
    return { conversation, reason, from: times[0], newest: own[0]?.id };
  });
  const { data } = useResource(`revealed ${JSON.stringify(wanted)}`, async (signal) => {
    const found = new Map<string, WaypostEvent>();
    for (const { conversation, reason, from } of wanted) {
      const asked = { query: { conversation, from }, reveal: reason, signal, max: most };
      for await (const event of api.list("/api/events", asked)) {
        found.set(event.id, event);
        revealAlso(event.data.conversationId, reason);
      }
    }
    return found;
  });
  return data === undefined || data.size === 0
    ? events
    : events.map((event) => data.get(event.id) ?? event);
}

type Conversation = Answer<"GET", "/api/conversations">["items"][number];

/** The same of conversations. */
export function useRevealedConversations(
  conversations: readonly Conversation[],
): readonly Conversation[] {
  const revealed = revealedOf(conversations.map(({ id }) => id));
  const lasts = revealed.map(({ conversation, reason }) => {
    const last = conversations.find(({ id }) => id === conversation)?.lastAt;
    return { conversation, reason, last };
  });
  const { data } = useResource(`revealed ${JSON.stringify(lasts)}`, async (signal) => {
    const found = new Map<string, Conversation>();
    for (const { conversation: id, reason } of revealed) {
      const asked = { path: { id }, reveal: reason, signal };
      found.set(id, await api.get("/api/conversations/{id}", asked));
    }
    return found;
  });
  // Under the id that the list knows, which its links go on with.
  return conversations.map((each) => ({ ...each, ...data?.get(each.id), id: each.id }));
}
