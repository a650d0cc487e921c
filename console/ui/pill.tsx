import type { ComponentChildren } from "preact";
import type { Delivery } from "../api/client.ts";
import { stateWords, type Tone } from "../words/delivery.ts";

/** A state: a colour and always a word. */
export function Pill({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

export function DeliveryPill({ state }: Pick<Delivery, "state">) {
  const { word, tone } = stateWords[state];
  return <Pill tone={tone}>{word}</Pill>;
}
