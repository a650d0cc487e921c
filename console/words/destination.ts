import type { Destination } from "../../src/client/client.ts";
import type { Tone } from "./delivery.ts";
import { counted } from "./number.ts";
import { relative, span } from "./time.ts";

interface StateWords {
  readonly word: string;
  readonly tone: Tone;
}

/** How a destination fares, in a word. `says` of the API says more. */
export function destinationWords({
  state,
  pause,
}: Pick<Destination, "state" | "pause">): StateWords {
  if (state === "paused") {
    return pause?.by === "config"
      ? { word: "stopped itself", tone: "bad" }
      : { word: "paused", tone: "wait" };
  }
  return words[state];
}

const words: Readonly<Record<Exclude<Destination["state"], "paused">, StateWords>> = {
  delivering: { word: "delivering", tone: "good" },
  out: { word: "out", tone: "bad" },
  unheld: { word: "nobody delivers", tone: "bad" },
  removed: { word: "removed", tone: "quiet" },
};

type Waiting = Pick<Destination, "state" | "open" | "oldestOpenAt" | "drainsInMs">;

/** "1,204 wait, the oldest for 12 min; nothing is lost." */
export function waitingInWords(
  { state, open, oldestOpenAt, drainsInMs }: Waiting,
  now: number,
): string {
  if (open === undefined) return "How many wait is of all accounts.";
  if (open === 0) return "Nothing waits.";
  const wait = counted(open, "delivery waits", "deliveries wait");
  if (oldestOpenAt === undefined) return `${wait}.`;
  const oldest = `${wait}, the oldest for ${span(now - Date.parse(oldestOpenAt))}`;
  if (drainsInMs !== undefined) return `${oldest}; through in about ${span(drainsInMs)}.`;
  return state === "delivering" ? `${oldest}.` : `${oldest}. Nothing is lost.`;
}

/** "12 min ago", or "never". */
export function since(at: string | undefined, now: number): string {
  return at === undefined ? "never" : relative(at, now);
}
