/** What people ask of a log: each list with each filter that the console offers and each pair of them, with random values out of the log. */
import type { WaypostEvent } from "../src/contracts.ts";
import type { BuiltLog } from "./log/build-log.ts";
import { countedDays } from "./log/count-series.ts";
import { destinations } from "./log/deliveries.ts";

export interface Question {
  readonly name: string;
  /** undefined: what was picked has not what it asks for. */
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
  readonly longest: string;
  one<T>(of: readonly T[]): T;
  /** A stretch of so many hours. */
  hours(many: number): Query;
}

type Query = Readonly<Record<string, string | undefined>>;

export function createAsk({ sample, from, to, longest }: BuiltLog): () => Ask {
  const one = <T>(of: readonly T[]) => of[Math.floor(Math.random() * of.length)] as T;
  const hasText = sample.filter(({ data }) => data.message?.text !== undefined);
  const statuses = sample.filter(({ data }) => data.status !== undefined);
  if (hasText.length === 0 || statuses.length === 0) throw new Error("the sample is too small");
  return () => ({
    ...{ event: one(sample), message: one(hasText), status: one(statuses), longest, one },
    hours(many) {
      const ms = many * 3_600_000;
      const at = from + Math.random() * Math.max(0, to - from - ms);
      return { from: new Date(at).toISOString(), to: new Date(at + ms).toISOString() };
    },
  });
}

const get = (path: string, query: Query = {}): Request => {
  const given = Object.entries(query).flatMap(([key, value]) => (value ? [[key, value]] : []));
  const asked = given.length === 0 ? "" : `?${new URLSearchParams(given as [string, string][])}`;
  return { path: `/api/${path}${asked}` };
};
const idOf = (event: WaypostEvent) => encodeURIComponent(event.id);
const accountOf = ({ data }: WaypostEvent) => data.account.phoneNumberId;
const wabaOf = ({ data }: WaypostEvent) => data.account.wabaId;
const whoIn = ({ data }: WaypostEvent) => data.contact?.waId ?? data.contact?.userId;
const wordsIn = ({ data }: WaypostEvent, most: number) =>
  (data.message?.text?.body ?? "").split(/\s+/).slice(0, most).join(" ");
const wamidOf = ({ data }: WaypostEvent) => data.message?.id ?? data.status?.messageId ?? "";

type Filters = Readonly<Record<string, (ask: Ask) => Query>>;

const types = ["whatsapp.message.#", "whatsapp.outgoing.#", "whatsapp.status.#"];
const allTypes = [...types, "whatsapp.status.failed", "business.#", "whatsapp.unrecognized.#"];

const ofEvents: Filters = {
  type: ({ one }) => ({ type: one(allTypes) }),
  text: ({ message, one }) => ({ text: wordsIn(message, one([1, 1, 2, 3])) }),
  contact: ({ message }) => ({ contact: whoIn(message) }),
  conversation: ({ message, longest, one }) => ({
    conversation: one([message.data.conversationId, longest]),
  }),
  account: ({ event, one }) => ({ account: one([accountOf(event), wabaOf(event)]) }),
  messageId: ({ message }) => ({ messageId: wamidOf(message) }),
  times: ({ hours, one }) => hours(one([1, 24, 24 * 7])),
};

const ofDeliveries: Filters = {
  state: ({ one }) => ({ state: one(["waiting", "gave-up", "scheduled", "not-wanted", "taken"]) }),
  destination: ({ one }) => ({ destination: one(destinations) }),
  kind: () => ({ kind: "webhook" }),
  route: ({ one }) => ({
    route: one(["messages-to-crm", "bot-answers", "escalations", "failures", "none"]),
  }),
  verdict: ({ one }) => ({ verdict: one(["delivered", "found", "refused", "outage", "config"]) }),
  event: ({ message }) => ({ event: message.id }),
  type: ({ one }) => ({ type: one([...types, "whatsapp.message.image", "business.#"]) }),
  conversation: ofEvents["conversation"] as (ask: Ask) => Query,
  contact: ofEvents["contact"] as (ask: Ask) => Query,
  account: ofEvents["account"] as (ask: Ask) => Query,
  times: ofEvents["times"] as (ask: Ask) => Query,
};

const ofConversations: Filters = {
  unanswered: () => ({ state: "unanswered" }),
  closing: () => ({ state: "unanswered", window: "closing" }),
  open: () => ({ state: "open" }),
  closed: () => ({ state: "closed" }),
  contact: ofEvents["contact"] as (ask: Ask) => Query,
  account: ofEvents["account"] as (ask: Ask) => Query,
};

/** None, each and each pair; of those that name the same parameter one alone. */
function listsOf(path: string, filters: Filters): Question[] {
  const names = Object.keys(filters);
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]));
  const all = [[], ...names.map((name) => [name]), ...pairs];
  return all.flatMap((of) => {
    const queryOf = (ask: Ask) => of.map((name) => filters[name]?.(ask) ?? {});
    const name = [path, of.join(" + ")].filter(Boolean).join(": ");
    if (path === "conversations" && of.filter((each) => !(each in whose)).length > 1) return [];
    return [{ name, of: (ask) => get(path, Object.assign({}, ...queryOf(ask))) }];
  });
}
const whose = { contact: true, account: true };

const search = (q: string | undefined): Request | undefined =>
  q ? { path: "/api/search", body: { q } } : undefined;
const chat = (id: string | undefined) =>
  id === undefined ? undefined : get(`conversations/${id}/messages`, { limit: "50" });

const others: readonly Question[] = [
  { name: "events: oldest", of: () => get("events", { order: "oldest" }) },
  { name: "an event", of: ({ event }) => get(`events/${idOf(event)}`) },
  { name: "a timeline", of: ({ event }) => get(`timeline/${idOf(event)}`) },
  { name: "a message", of: ({ status }) => get(`messages/${encodeURIComponent(wamidOf(status))}`) },
  { name: "conversations: 200", of: () => get("conversations", { limit: "200" }) },
  {
    name: "a conversation",
    of: ({ event: { data } }) => get(`conversations/${data.conversationId}`),
  },
  { name: "a chat", of: ({ event }) => chat(event.data.conversationId) },
  { name: "the longest chat", of: ({ longest }) => chat(longest) },
  { name: "a contact", of: ({ message }) => get(`contacts/${whoIn(message)}`) },
  { name: "search: a phone", of: ({ event }) => search(whoIn(event)) },
  { name: "search: a message id", of: ({ event }) => search(wamidOf(event)) },
  { name: "search: a name", of: ({ message }) => search(message.data.contact?.name) },
  { name: "search: words", of: ({ message }) => search(wordsIn(message, 2)) },
  { name: "quarantine", of: () => get("quarantine") },
  { name: "replays", of: () => get("replays") },
  { name: "destinations", of: () => get("destinations") },
  { name: "stats", of: () => get("stats") },
  { name: "status", of: () => get("status") },
];

export const questions: readonly Question[] = [
  ...listsOf("events", ofEvents),
  ...listsOf("conversations", ofConversations),
  ...listsOf("deliveries", ofDeliveries),
  ...others,
];

/** Of one of the days that are counted. */
export const seriesOf = ({ to }: BuiltLog): Request => {
  const end = to - Math.floor(Math.random() * (countedDays - 2)) * 86_400_000;
  const day = { from: new Date(end - 86_400_000).toISOString(), to: new Date(end).toISOString() };
  return get("series", { ...day, step: "minute" });
};
