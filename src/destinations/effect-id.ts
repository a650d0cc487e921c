import type { DeliveryContext, WaypostEvent } from "../contracts.ts";

/** The event's id as receivers tell repeats by it: a delivery that comes beside or after another of the same event has one of its own. */
export function effectId(
  { id }: WaypostEvent,
  { after, again }: Pick<DeliveryContext, "after" | "again">,
): string {
  return [id, after, again].filter((part) => part !== undefined).join(":");
}
