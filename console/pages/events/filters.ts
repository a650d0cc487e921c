import { serverNow } from "../../api/clock.ts";
import { param, route } from "../../app/route.ts";
import { momentOf } from "../../words/moment.ts";

/** The chips: a kind of event, as patterns of types. */
export const kinds = [
  ["", "All"],
  ["whatsapp.message.#", "Messages"],
  ["whatsapp.outgoing.#", "Sent"],
  ["whatsapp.status.#", "Statuses"],
  ["whatsapp.status.failed", "Failed"],
  ["business.#", "Business"],
  ["whatsapp.unrecognized.#", "Not recognized"],
] as const;

/** Other filters, as the fragment and the API call them, each with the words before its value. */
export const filterWords = {
  text: "says",
  contact: "person",
  conversation: "conversation",
  account: "number",
  messageId: "message",
  to: "until",
} as const;

type Filter = keyof typeof filterWords | "from";

/** What the stream can be asked for too. */
const streamed = new Set<string>(["type", "account", "conversation"]);

export interface Query extends Partial<Record<Filter, string>> {
  readonly type?: string[];
}

/** What the fragment asks for. */
export function queryOfRoute(): Query {
  const type = route.value.params.getAll("type");
  const names = [...Object.keys(filterWords), "from"] as Filter[];
  const set = names.flatMap((name) => {
    const value = param(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(set), ...(type.length > 0 && { type }) };
}

/** As the API takes it, which knows moments alone. */
export function asked(query: Query, now = serverNow()): Query {
  const { from, to } = query;
  return {
    ...query,
    ...(from !== undefined && { from: momentOf(from, now) }),
    ...(to !== undefined && { to: momentOf(to, now) }),
  };
}

/** What the stream is asked for; undefined where what comes in cannot be told from what was asked for. */
export function followed({ from: _, ...query }: Query): Query | undefined {
  return Object.keys(query).every((name) => streamed.has(name)) ? query : undefined;
}

export function cliOf(query: Query, quoted: (text: string) => string): string {
  const flags = Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((each) => `--${name === "messageId" ? "message" : name} ${quoted(`${each}`)}`),
  );
  return ["waypost events", ...flags].join(" ");
}
