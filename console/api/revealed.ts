import { useState } from "preact/hooks";
import type { WaypostEvent } from "../../src/event/event.ts";
import { type Answer, api } from "./client.ts";
import { useResource } from "./resource.ts";
import { revealAlso, revealedOf } from "./reveal.ts";

/** As many as the API gives at once. */
const limit = 200;

/**
 * Events of a list, of which those in conversations that were revealed are as they are. The others stay as they came. Only what is not
 * known yet is asked for, so that whoever loads older ones sees these as well.
 */
export function useRevealed(events: readonly WaypostEvent[]): readonly WaypostEvent[] {
  const [known, setKnown] = useState<ReadonlyMap<string, WaypostEvent>>(new Map());
  const revealed = revealedOf(events.map(({ data }) => data.conversationId));
  const wanted = revealed.flatMap(({ conversation, reason }) => {
    const times = events
      .filter(({ id, data }) => data.conversationId === conversation && !known.has(id))
      .map(({ data }) => Date.parse(data.receivedAt))
      .toSorted((a, b) => a - b);
    const [from, to] = [times[0], times.at(-1)];
    return from === undefined || to === undefined ? [] : [{ conversation, reason, from, to }];
  });
  useResource(`revealed ${JSON.stringify(wanted)}`, async (signal) => {
    const found = new Map<string, WaypostEvent>();
    for (const { conversation, reason, from, to } of wanted) {
      const between = { from: new Date(from).toISOString(), to: new Date(to + 1).toISOString() };
      const asked = { query: { conversation, ...between, limit }, reveal: reason, signal };
      for await (const event of api.list("/api/events", asked)) {
        found.set(event.id, event);
        revealAlso(event.data.conversationId, reason);
      }
    }
    if (found.size > 0) setKnown((was) => new Map([...was, ...found]));
  });
  return known.size === 0 || revealed.length === 0
    ? events
    : events.map((event) => known.get(event.id) ?? event);
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
