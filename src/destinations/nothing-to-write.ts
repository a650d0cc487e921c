import type { Delivered, DeliveryContext } from "../contracts.ts";

/** The answer where an event has no effect at the vendor. `would`: what shadow says otherwise. */
export function nothingToWrite(
  why: string,
  { shadow }: Pick<DeliveryContext, "shadow">,
  would = "would do nothing",
): Delivered {
  return { answer: shadow ? `${would}; ${why}` : `nothing to write: ${why}` };
}
