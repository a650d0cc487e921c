import type { EventFilter, EventQuery, WaypostEvent } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import { lastBefore, receivedAt } from "./order.ts";

/** Most conversations have no more: from the second question of a turn on, all is found among the last events, which are read once. */
const recent = 20;
/** So many of those behind are looked at together, where each of them may be the one. */
const pageLength = 50;
/** The log gives no more at once. */
const longestPage = 200;

/** What the log has of an event's conversation, without the event itself. */
export interface ConversationLog {
  /** The newest events of these types on its conversation, without itself; times in ms, `from` exclusive, `to` inclusive. */
  newest(
    types: readonly string[],
    which?: { readonly from?: number; readonly to?: number; readonly limit?: number },
  ): Promise<readonly WaypostEvent[]>;
  /** Whether one of these types on its conversation, without itself, is such a one: all of the time told are looked at, as `newest` has it. */
  some(
    types: readonly string[],
    which: { readonly from: number; readonly to?: number },
    isOne: (event: WaypostEvent) => boolean,
  ): Promise<boolean>;
  /** The last of these types that came before it on its conversation, or on the one told; `from` as above. */
  lastBefore(
    types: readonly string[],
    from: number,
    conversation?: string,
  ): Promise<WaypostEvent | undefined>;
  /** An event of the log, mostly of the same conversation. */
  other(id: string): Promise<WaypostEvent | undefined>;
}

type Query = Pick<EventQuery, "event" | "events">;

export function conversationLog(event: WaypostEvent, query: Query): ConversationLog {
  const { conversationId } = event.data;
  const own = createPast(conversationId, query);
  const others = async function* (asked: Asked, past = own) {
    for await (const other of past.newestFirst(asked)) if (other.id !== event.id) yield other;
  };
  const newestOf = async (asked: Asked, limit: number, past = own) => {
    const found: WaypostEvent[] = [];
    const atOnce = Math.min(limit + 1, longestPage);
    for await (const other of others({ ...asked, atOnce }, past)) {
      if (found.push(other) === limit) break;
    }
    return found;
  };
  return {
    newest: (types, { limit = 1, ...times } = {}) => newestOf({ ...times, types }, limit),
    async some(types, times, isOne) {
      for await (const other of others({ ...times, types })) if (isOne(other)) return true;
      return false;
    },
    lastBefore(types, from, conversation = conversationId) {
      const asked = { types, from, to: receivedAt(event) };
      const past = conversation === conversationId ? own : createPast(conversation, query);
      return lastBefore(event, (limit) => newestOf(asked, limit, past));
    },
    other: async (id) =>
      (await own.known())?.items.find((each) => each.id === id) ?? query.event(id),
  };
}

interface Asked {
  readonly types: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly atOnce?: number;
}

/** A conversation's events, the newest first, looked for behind its last ones only where they do not reach far enough. */
function createPast(conversation: string | undefined, query: Query) {
  let last: ReturnType<Query["events"]> | undefined;
  let questions = 0;
  return {
    /** The last events, where they were read. */
    known: async () => await last,
    async *newestFirst(asked: Asked): AsyncGenerator<WaypostEvent> {
      if (conversation === undefined) return;
      questions += 1;
      // Most conditions ask once: then no more is read than is asked for.
      if (questions === 1) return yield* read(query, conversation, asked);
      last ??= query.events({ conversation }, { limit: recent });
      const { items, next } = await last;
      yield* items.filter(compile(asked));
      if (next !== null && !reachesBack(items, asked))
        yield* read(query, conversation, asked, next);
    },
  };
}

/** Page by page, from the newest or from a cursor on. */
async function* read(
  query: Query,
  conversation: string,
  { types, from, to, atOnce: limit = pageLength }: Asked,
  behind?: string,
): AsyncGenerator<WaypostEvent> {
  const filter: EventFilter = {
    ...{ conversation, types },
    ...(from !== undefined && { from: iso(from + 1) }),
    ...(to !== undefined && { to: iso(to + 1) }),
  };
  for (let cursor: string | null | undefined = behind; cursor !== null; ) {
    const page = await query.events(filter, { limit, ...(cursor && { cursor }) });
    yield* page.items;
    cursor = page.next;
  }
}

function reachesBack(items: readonly WaypostEvent[], { from }: Asked): boolean {
  const oldest = items.at(-1);
  return oldest !== undefined && from !== undefined && receivedAt(oldest) <= from;
}

function compile({ types, from = -1, to = Number.POSITIVE_INFINITY }: Asked) {
  const patterns = types.map(compilePattern);
  return (event: WaypostEvent) => {
    const at = receivedAt(event);
    return at > from && at <= to && patterns.some((matches) => matches(event.type));
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
