import type { Delivery } from "../../api/client.ts";
import { param } from "../../app/route.ts";

/** The chips: how it stands with them. */
export const states = [
  ["", "All"],
  ["open", "Waiting"],
  ["dead", "Gave up"],
  ["scheduled", "Scheduled"],
  ["skipped", "Not wanted"],
  ["delivered", "Taken"],
] as const;

/** Other filters, as the fragment and the API call them, each with the words before its value. */
export const filterWords = { destination: "to", event: "event" } as const;

export interface Query {
  readonly state?: Delivery["state"];
  readonly destination?: string;
  readonly event?: string;
}

/** What the fragment asks for. */
export function queryOfRoute(): Query {
  const state = states.find(([value]) => value !== "" && value === param("state"))?.[0];
  const [destination, event] = [param("destination"), param("event")];
  return {
    ...(state && { state: state as Delivery["state"] }),
    ...(destination !== undefined && { destination }),
    ...(event !== undefined && { event }),
  };
}

export function cliOf(query: Query, quoted: (text: string) => string): string {
  const flags = Object.entries(query).map(([name, value]) => `--${name} ${quoted(`${value}`)}`);
  return ["waypost deliveries", ...flags].join(" ");
}

/** Whether what is shown can be sent again as a whole: it is over, or it is all that a destination has. */
export function canReplay({ state }: Query): boolean {
  return state === "dead" || state === "skipped" || state === "delivered";
}
