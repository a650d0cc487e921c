import type { Delivery } from "../../src/client/client.ts";
import { relative, span, took } from "./time.ts";

export type Tone = "good" | "wait" | "bad" | "live" | "quiet";

/** One word for a state, the same on every page. */
export const stateWords: Readonly<
  Record<Delivery["state"], { readonly word: string; readonly tone: Tone }>
> = {
  delivered: { word: "taken", tone: "good" },
  open: { word: "waiting", tone: "wait" },
  sending: { word: "on its way", tone: "live" },
  scheduled: { word: "scheduled", tone: "quiet" },
  skipped: { word: "not wanted", tone: "quiet" },
  dead: { word: "gave up", tone: "bad" },
};

type Fate = Pick<Delivery, "state" | "destination">;

/** "taken by zendesk". */
export function fate({ state, destination }: Fate): string {
  const { word } = stateWords[state];
  if (state === "delivered") return `taken by ${destination}`;
  if (state === "skipped") return `not wanted by ${destination}`;
  if (state === "open") return `waiting for ${destination}`;
  if (state === "dead") return `gave up on ${destination}`;
  return `${word}: ${destination}`;
}

/** What is known of it beyond its state, in one line; may be "". */
export function why(delivery: Delivery, now: number): string {
  const { state, reason, remoteId, nextAt, history } = delivery;
  if (state === "delivered") return remoteId === undefined ? howFast(history) : `as ${remoteId}`;
  if (state === "dead" || state === "skipped") return reason ?? "";
  if (state === "scheduled") return nextAt === undefined ? "" : `due ${relative(nextAt, now)}`;
  if (state === "sending") return "its answer is not there yet";
  const last = history.at(-1);
  return [last?.answer ?? last?.outcome, nextTry(nextAt, now)].filter(Boolean).join("; ");
}

function howFast(history: Delivery["history"]): string {
  const ms = history.at(-1)?.ms;
  return ms === undefined ? "" : `in ${took(ms)}`;
}

/** What somebody can do about it; "" where nothing needs to be done. */
export function nextStep({ state, history }: Pick<Delivery, "state" | "history">): string {
  const outcome = history.at(-1)?.outcome;
  if (state === "open" && outcome === "config")
    return "Mend its credentials or options; then it goes on by itself.";
  if (state === "open" && outcome === "outage")
    return "Nothing needs to be done: it is tried again until it is taken.";
  if (state === "skipped") return "Send it again to deliver it after all.";
  if (state !== "dead") return "";
  if (outcome === "refused")
    return "It is refused as it is. Mend what the answer complains about, then send it again.";
  return "Send it again once what stopped it is mended.";
}

function nextTry(at: string | undefined, now: number): string {
  const left = Date.parse(at ?? "") - now;
  return left > 0 ? `next try in ${span(left)}` : "not its turn yet";
}
