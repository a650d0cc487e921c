import type { WaypostEvent } from "../../../src/event/event.ts";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import { direction, person, preview, typeInWords } from "../../words/event.ts";

const icons = { in: "in", out: "sent" } as const;

export function EventRow({ event }: { readonly event: WaypostEvent }) {
  const way = direction(event);
  const failed = event.type.endsWith(".failed");
  return (
    <>
      <span class="when muted">
        <Time at={event.data.receivedAt} />
      </span>
      <span class={`kind clip ${failed ? "tone-bad" : ""}`}>
        <span class="way muted">{way !== "none" && <Icon name={icons[way]} />}</span>
        {typeInWords(event.type)}
      </span>
      <span class="who clip">
        <bdi>{person(event)}</bdi>
      </span>
      <span class="what clip muted">
        <bdi>{preview(event)}</bdi>
      </span>
    </>
  );
}
