import type { Destination } from "../../src/client/client.ts";
import type { Tone } from "./delivery.ts";

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
