import type { Asked } from "../../api/client.ts";
import { serverNow } from "../../api/clock.ts";
import { param } from "../../app/route.ts";
import { momentOf } from "../../words/moment.ts";

/** The chips: how it stands with them. */
export const states = [
  ["", "All"],
  ["waiting", "Waiting"],
  ["gave-up", "Gave up"],
  ["scheduled", "Scheduled"],
  ["not-wanted", "Not wanted"],
  ["taken", "Taken"],
] as const;

/** Other filters, as the fragment and the API call them, each with the words before its value. */
export const filterWords = {
  destination: "to",
  kind: "to any",
  route: "route",
  verdict: "last answer",
  event: "event",
  type: "kind",
  conversation: "conversation",
  contact: "person",
  account: "number",
  to: "until",
} as const;

type Filter = keyof typeof filterWords | "from";
export type Query = Partial<Record<Filter | "state", string>>;

/** What can be sent again as a whole, as a replay calls it. */
const ended: Readonly<Record<string, string>> = { "gave-up": "dead", "not-wanted": "skipped" };

/** What the fragment asks for. */
export function queryOfRoute(): Query {
  const names = [...Object.keys(filterWords), "from", "state"] as (Filter | "state")[];
  const set = names.flatMap((name) => {
    const value = param(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(set);
}

/** As the API takes it, which refuses what it does not know, and knows moments alone. */
export function asked(
  { type, from, to, ...query }: Query,
  now = serverNow(),
): NonNullable<Asked<"GET", "/api/deliveries">["query"]> {
  return {
    ...query,
    ...(type !== undefined && { type: [type] }),
    ...(from !== undefined && { from: momentOf(from, now) }),
    ...(to !== undefined && { to: momentOf(to, now) }),
  } as object;
}

export function cliOf(query: Query, quoted: (text: string) => string): string {
  const flags = Object.entries(query).map(([name, value]) => `--${name} ${quoted(`${value}`)}`);
  return ["waypost deliveries", ...flags].join(" ");
}

/** Whether what is shown can be sent again as a whole: it is over. A replay takes the filters of the list. */
export function canReplay({ state = "" }: Query): boolean {
  return state in ended;
}

/** The same deliveries, as a replay is asked for them now. */
export function replayOf(query: Query): { readonly filter: object; readonly to: string } {
  const { state = "", destination } = query;
  const filter = { ...asked(query), state: ended[state] ?? state };
  return { filter, to: destination ?? "routed" };
}
