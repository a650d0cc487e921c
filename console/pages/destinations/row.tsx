import type { Answer } from "../../api/client.ts";
import { Pill } from "../../ui/pill.tsx";
import { now } from "../../ui/settings.ts";
import { destinationWords, since } from "../../words/destination.ts";
import { count } from "../../words/number.ts";
import { span } from "../../words/time.ts";

export type Destination = Answer<"GET", "/api/destinations">["items"][number];

export function DestinationRow({ destination }: { readonly destination: Destination }) {
  const { name, kind, open, oldestOpenAt, dead, lastSuccessAt } = destination;
  const { word, tone } = destinationWords(destination);
  const age = oldestOpenAt === undefined ? "" : span(now.value - Date.parse(oldestOpenAt));
  return (
    <>
      <span class="name clip">
        {name} {kind !== name && <span class="muted">{kind}</span>}
      </span>
      <span>
        <Pill tone={tone}>{word}</Pill>
      </span>
      <span class="number waiting">
        {open ? count(open) : "–"}
        {open !== undefined && open > 0 && (
          <span class="unit"> {open === 1 ? "waits" : "wait"}</span>
        )}
      </span>
      <span class="number oldest muted">{age}</span>
      <span class={`number dead ${dead ? "tone-bad" : "muted"}`}>{dead ? count(dead) : "–"}</span>
      <span class="number last muted">{since(lastSuccessAt, now.value)}</span>
    </>
  );
}
