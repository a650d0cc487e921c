import type { Tone } from "./delivery.ts";
import { counted } from "./number.ts";
import { relative, span } from "./time.ts";

export type DestinationState = "delivering" | "paused" | "out" | "unheld" | "removed";

/** One word for a state, the same on every page. */
export const destinationWords: Readonly<
  Record<DestinationState, { readonly word: string; readonly tone: Tone }>
> = {
  delivering: { word: "taking", tone: "good" },
  paused: { word: "paused", tone: "wait" },
  out: { word: "out", tone: "bad" },
  unheld: { word: "nobody delivers", tone: "bad" },
  removed: { word: "removed", tone: "quiet" },
};

interface Waiting {
  readonly state: DestinationState;
  readonly open: number;
  readonly oldestOpenAt?: string;
}

/** "1,204 wait, the oldest for 12 min; nothing is lost." */
export function waitingInWords({ state, open, oldestOpenAt }: Waiting, now: number): string {
  if (open === 0) return "Nothing waits.";
  const wait = counted(open, "delivery waits", "deliveries wait");
  if (oldestOpenAt === undefined) return `${wait}.`;
  const oldest = `${wait}, the oldest for ${span(now - Date.parse(oldestOpenAt))}`;
  return state === "delivering" ? `${oldest}.` : `${oldest}. Nothing is lost.`;
}

/** "12 min ago", or "never". */
export function since(at: string | undefined, now: number): string {
  return at === undefined ? "never" : relative(at, now);
}
