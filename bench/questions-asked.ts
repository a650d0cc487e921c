/** What people ask of a log, each with random values out of it. */
import type { WaypostEvent } from "../src/contracts.ts";
import { type BuiltLog, daysMs, destination } from "./questions-log.ts";

export interface Question {
  readonly name: string;
  /** undefined: nothing in the sample has what it asks for. */
  readonly of: (ask: Ask) => Request | undefined;
}

export interface Request {
  readonly path: string;
  /** POSTed as JSON. */
  readonly body?: object;
}

/** Picks at random. */
export interface Ask {
  readonly event: WaypostEvent;
  readonly message: WaypostEvent;
  readonly status: WaypostEvent;
  /** A stretch of so many hours. */
  hours(many: number): { readonly from: string; readonly to: string };
  one<T>(of: readonly T[]): T;
  /** How attempts of the log's deliveries may have ended. */
  readonly verdicts: readonly string[];
}

export function createAsk({ sample, from, to, tellsAttempts }: BuiltLog): () => Ask {
  const one = <T>(of: readonly T[]) => of[Math.floor(Math.random() * of.length)] as T;
  const hasText = sample.filter(({ data }) => data.message?.text !== undefined);
  const statuses = sample.filter(({ data }) => data.status !== undefined);
  if (hasText.length === 0 || statuses.length === 0) throw new Error("the sample is too small");
  const verdicts = ["refused", "outage", ...(tellsAttempts ? ["delivered"] : [])];
  return () => ({
    verdicts,
    ...{ event: one(sample), message: one(hasText), status: one(statuses), one },
    hours(many) {
      const ms = many * 3_600_000;
      const at = from + Math.random() * Math.max(0, to - from - ms);
      return { from: new Date(at).toISOString(), to: new Date(at + ms).toISOString() };
    },
  });
}

const types = ["whatsapp.message.*", "whatsapp.status.*", "whatsapp.message.image", "whatsapp.#"];

const get = (path: string, query: Readonly<Record<string, string | undefined>> = {}): Request => {
  const given = Object.entries(query).flatMap(([key, value]) => (value ? [[key, value]] : []));
  return { path: `/api/${path}?${new URLSearchParams(given as [string, string][])}` };
};
const idOf = (event: WaypostEvent) => encodeURIComponent(event.id);
const accountOf = ({ data }: WaypostEvent) => data.account.phoneNumberId;
const whoIn = ({ data }: WaypostEvent) => data.contact?.waId ?? data.contact?.userId;
const wordsIn = ({ data }: WaypostEvent, most: number) =>
  (data.message?.text?.body ?? "").split(/\s+/).slice(0, most).join(" ");
const wamidOf = ({ data }: WaypostEvent) => data.message?.id ?? data.status?.messageId ?? "";

const events: readonly Question[] = [
  { name: "events", of: () => get("events") },
  { name: "events, oldest", of: () => get("events", { order: "oldest" }) },
  { name: "events of a type", of: ({ one }) => get("events", { type: one(types) }) },
  {
    name: "events of an account and a type",
    of: ({ event, one }) => get("events", { account: accountOf(event), type: one(types) }),
  },
  { name: "events of an hour", of: (ask) => get("events", ask.hours(1)) },
  {
    name: "events of a day, a type, an account",
    of: (ask) =>
      get("events", { ...ask.hours(24), type: ask.one(types), account: accountOf(ask.event) }),
  },
  {
    name: "events of a conversation",
    of: ({ event }) => get("events", { conversation: event.data.conversationId, limit: "200" }),
  },
  { name: "events of a contact", of: ({ event }) => get("events", { contact: whoIn(event) }) },
  { name: "events of a message", of: ({ event }) => get("events", { messageId: wamidOf(event) }) },
  { name: "events with a word", of: ({ message }) => get("events", { text: wordsIn(message, 1) }) },
  {
    name: "events with words, a type, a week",
    of: (ask) =>
      get("events", { ...ask.hours(168), text: wordsIn(ask.message, 3), type: ask.one(types) }),
  },
  {
    name: "events with a word of an account",
    of: ({ message }) => get("events", { text: wordsIn(message, 1), account: accountOf(message) }),
  },
  { name: "an event", of: ({ event }) => get(`events/${idOf(event)}`) },
  { name: "a timeline", of: ({ event }) => get(`timeline/${idOf(event)}`) },
  { name: "a message", of: ({ status }) => get(`messages/${encodeURIComponent(wamidOf(status))}`) },
];

const states = ["unanswered", "open", "closed"];
const conversations: readonly Question[] = [
  { name: "conversations", of: () => get("conversations") },
  { name: "conversations, 200", of: () => get("conversations", { limit: "200" }) },
  {
    name: "conversations in a state",
    of: ({ one }) => get("conversations", { state: one(states) }),
  },
  {
    name: "conversations of an account in a state",
    of: ({ event, one }) => get("conversations", { account: accountOf(event), state: one(states) }),
  },
  { name: "conversations that close soon", of: () => get("conversations", { window: "closing" }) },
  {
    name: "conversations of a contact",
    of: ({ event }) => get("conversations", { contact: whoIn(event) }),
  },
  {
    name: "a conversation",
    of: ({ event: { data } }) =>
      data.conversationId === undefined ? undefined : get(`conversations/${data.conversationId}`),
  },
  {
    name: "a chat",
    of: ({ event: { data } }) =>
      data.conversationId === undefined
        ? undefined
        : get(`conversations/${data.conversationId}/messages`, { limit: "50" }),
  },
  { name: "a contact", of: ({ event }) => get(`contacts/${whoIn(event) ?? "15555550123"}`) },
];

const deliveries: readonly Question[] = [
  { name: "deliveries", of: () => get("deliveries") },
  {
    name: "deliveries in a state",
    of: ({ one }) => get("deliveries", { state: one(["delivered", "dead", "open"]) }),
  },
  {
    name: "deliveries of a destination, dead",
    of: () => get("deliveries", { destination, state: "dead" }),
  },
  {
    name: "deliveries of a type",
    of: ({ one }) => get("deliveries", { type: one(types), destination }),
  },
  {
    name: "deliveries of an account",
    of: ({ event }) => get("deliveries", { account: accountOf(event) }),
  },
  {
    name: "deliveries of a contact",
    of: ({ message }) => get("deliveries", { contact: whoIn(message) }),
  },
  {
    name: "deliveries of an account and a type",
    of: ({ event, one }) => get("deliveries", { account: accountOf(event), type: one(types) }),
  },
  {
    name: "deliveries of a route",
    of: ({ one }) => get("deliveries", { route: one(["messages", "rare", "none"]) }),
  },
  {
    name: "deliveries with a verdict",
    of: ({ one, verdicts }) => get("deliveries", { verdict: one(verdicts) }),
  },
  {
    name: "deliveries of a route with a verdict",
    of: ({ one, verdicts }) => get("deliveries", { route: "rare", verdict: one(verdicts) }),
  },
  { name: "deliveries of a day", of: (ask) => get("deliveries", ask.hours(24)) },
  { name: "deliveries of a kind", of: () => get("deliveries", { kind: "webhook" }) },
  { name: "deliveries of an event", of: ({ message }) => get("deliveries", { event: message.id }) },
];

const search = (q: string | undefined): Request | undefined =>
  q ? { path: "/api/search", body: { q } } : undefined;
const others: readonly Question[] = [
  { name: "search: a phone", of: ({ event }) => search(whoIn(event)) },
  { name: "search: a message id", of: ({ event }) => search(wamidOf(event)) },
  { name: "search: a name", of: ({ message }) => search(message.data.contact?.name) },
  { name: "search: words", of: ({ message }) => search(wordsIn(message, 2)) },
  { name: "quarantine", of: () => get("quarantine") },
  { name: "stats", of: () => get("stats") },
  { name: "status", of: () => get("status") },
];

export const questions: readonly Question[] = [
  ...[events, conversations, deliveries, others].flat(),
];

/** Of the last day and of any. */
export const seriesOf = (): Request => {
  const to = Date.now() - Math.floor(Math.random() * (daysMs / 86_400_000 - 2)) * 86_400_000;
  const day = { from: new Date(to - 86_400_000).toISOString(), to: new Date(to).toISOString() };
  return get("series", { ...day, step: "minute" });
};
