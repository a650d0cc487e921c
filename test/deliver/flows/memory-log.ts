import type {
  EventQuery,
  MessageView,
  SentMessages,
  WaypostEvent,
} from "../../../src/contracts.ts";
import { compilePattern } from "../../../src/event/pattern.ts";

/** The read face of a log in memory, as far as routes ask it. */
export interface MemoryLog
  extends Pick<EventQuery, "event" | "events" | "message" | "conversation">,
    SentMessages {
  append(events: readonly WaypostEvent[]): void;
  /** Nothing more comes in until it is false again. */
  behind: boolean;
  /** How often it was asked. */
  questions: number;
}

const ranks = ["sent", "failed", "delivered", "read", "played"];

export function createMemoryLog(): MemoryLog {
  const events = new Map<string, WaypostEvent>();
  const waiting: WaypostEvent[] = [];
  const isAbout = (wamid: string) => (event: WaypostEvent) =>
    event.data.message?.id === wamid || event.data.status?.messageId === wamid;
  let behind = false;
  const log: MemoryLog = {
    questions: 0,
    get behind() {
      return behind;
    },
    set behind(value) {
      behind = value;
      if (!behind) for (const event of waiting.splice(0)) events.set(event.id, event);
    },
    append(added) {
      for (const event of added) {
        if (behind) waiting.push(event);
        else events.set(event.id, event);
      }
    },
    async event(id) {
      log.questions += 1;
      return events.get(id);
    },
    async events({ conversation, types = ["#"], from, to }, { limit, cursor }) {
      log.questions += 1;
      const tests = types.map(compilePattern);
      const found = [...events.values()].filter(
        ({ type, data }) =>
          data.conversationId === conversation &&
          tests.some((test) => test(type)) &&
          (from === undefined || data.receivedAt >= from) &&
          (to === undefined || data.receivedAt < to),
      );
      const place = ({ data, id }: WaypostEvent) => `${data.receivedAt} ${id}`;
      found.sort((a, b) => (place(a) < place(b) ? 1 : -1));
      // A cursor is a place, whatever was asked before.
      const behind = found.filter((event) => cursor === undefined || place(event) < cursor);
      const items = behind.slice(0, limit);
      const last = items.at(-1);
      return { items, next: last && behind.length > limit ? place(last) : null };
    },
    async message(id) {
      const about = [...events.values()].filter(isAbout(id));
      const [first] = about;
      if (first === undefined) return undefined;
      const isIn = about.some(({ type }) => type.startsWith("whatsapp.message."));
      const statuses = about.flatMap(({ data }) => data.status?.status ?? []);
      const status = statuses.sort((a, b) => ranks.indexOf(b) - ranks.indexOf(a))[0];
      const sent = about.find(({ type }) => type.startsWith("whatsapp.outgoing."))?.data;
      const told = {
        template: sent?.message?.template?.name,
        campaign: sent?.campaign,
        variant: sent?.variant,
        ref: sent?.ref,
        status,
      };
      return {
        ...(Object.fromEntries(
          Object.entries(told).filter(([, value]) => value !== undefined),
        ) as Partial<MessageView>),
        id,
        direction: isIn ? "in" : "out",
        account: {},
        statusAt: {},
        errors: [],
        events: about,
      };
    },
    async sentWith(callback) {
      const told = ({ data }: WaypostEvent) => data.status?.bizOpaqueCallbackData === callback;
      return [...events.values()].find(told)?.data.status?.messageId;
    },
    async conversation(id) {
      const inbound = [...events.values()]
        .filter(({ type, data }) => data.conversationId === id && /\.message\./.test(type))
        .map(({ data }) => data.receivedAt)
        .sort();
      const last = inbound.at(-1);
      const until = last && new Date(Date.parse(last) + 24 * 60 * 60 * 1_000).toISOString();
      const times = { firstAt: inbound[0] ?? "", lastAt: last ?? "" };
      return {
        id,
        aliases: [],
        account: {},
        contact: {},
        state: "open",
        ...times,
        ...(until && { windowOpenUntil: until }),
      };
    },
  };
  return log;
}
