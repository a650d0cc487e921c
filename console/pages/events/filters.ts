import { param, route } from "../../app/route.ts";

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
  from: "since",
  to: "until",
} as const;

type Filter = keyof typeof filterWords;

/** What the stream can be asked for too. */
const streamed = new Set<string>(["type", "account", "conversation"]);

export interface Query extends Partial<Record<Filter, string>> {
  readonly type?: string[];
}

/** What the fragment asks for. */
export function queryOfRoute(): Query {
  const type = route.value.params.getAll("type");
  const set = (Object.keys(filterWords) as Filter[]).flatMap((name) => {
    const value = param(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(set), ...(type.length > 0 && { type }) };
}

/** Whether what comes in can be told from what was asked for. */
export function canFollow(query: Query): boolean {
  return Object.keys(query).every((name) => streamed.has(name));
}

export function cliOf(query: Query, quoted: (text: string) => string): string {
  const flags = Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((each) => `--${name === "messageId" ? "message" : name} ${quoted(`${each}`)}`),
  );
  return ["waypost events", ...flags].join(" ");
}
