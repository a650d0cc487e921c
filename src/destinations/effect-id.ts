import type { DeliveryContext, WaypostEvent } from "../contracts.ts";

/** The event's id as receivers tell repeats by it: a delivery that comes later beside another of the same event has one of its own. */
export function effectId({ id }: WaypostEvent, { after }: Pick<DeliveryContext, "after">): string {
  return after === undefined ? id : `${id}:${after}`;
}
