import type { Answer } from "../../src/client/client.ts";
import { stateWords } from "./delivery.ts";
import { patternInWords } from "./filter.ts";

type Replay = Answer<"GET", "/api/replays/{id}">;

/** Where it goes. */
export function receiver({ to, filter }: Pick<Replay, "to" | "filter">): string {
  if (to !== "routed") return to;
  return filter.of === "deliveries" ? "where they were for" : "where routes lead";
}

const before: Readonly<Record<string, string>> = {
  types: "",
  state: "",
  destination: "to",
  verdict: "last answer",
  accounts: "numbers",
  account: "number",
  contact: "person",
  text: "says",
  from: "since",
  to: "until",
};

/** "gave up, to desk, until 2026-11-20T10:00:00Z": what was asked for, as `Words` shows it. */
export function replayFilterInWords({ of, ...filter }: Replay["filter"]): string {
  const parts = Object.entries(filter).map(([name, value]) => {
    const shown = [value].flat().map((each) => inWords(name, `${each}`));
    return `${before[name] ?? name} ${shown.join(" or ")}`.trim();
  });
  return [of === "deliveries" ? "deliveries" : "events", ...parts].join(", ");
}

function inWords(name: string, value: string): string {
  if (name === "types") return patternInWords(value);
  return name === "state" ? (stateWords[value as keyof typeof stateWords]?.word ?? value) : value;
}
