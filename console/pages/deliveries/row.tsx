import type { Delivery } from "../../api/client.ts";
import { DeliveryPill } from "../../ui/pill.tsx";
import { now } from "../../ui/settings.ts";
import { Time } from "../../ui/time.tsx";
import { why } from "../../words/delivery.ts";
import { typeInWords } from "../../words/event.ts";

export function DeliveryRow({ delivery }: { readonly delivery: Delivery }) {
  const { state, destination, eventType, createdAt, doneAt } = delivery;
  return (
    <>
      <span class="how">
        <DeliveryPill state={state} />
      </span>
      <span class="to clip">{destination}</span>
      <span class="kind clip">{typeInWords(eventType)}</span>
      <span class="why clip muted">
        <bdi>{why(delivery, now.value)}</bdi>
      </span>
      <span class="since number muted">
        <Time at={doneAt ?? createdAt} />
      </span>
    </>
  );
}
