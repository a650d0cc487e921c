import type { WaypostEvent } from "./event.ts";

/** Somebody else than a route wants a reply sent to the event's contact. */
export const replyRequestedType = "business.reply.requested";
/** A bot wants something changed of the contact or the conversation, and nothing sent. */
export const setRequestedType = "business.set.requested";

/** What an event of these types wants set; undefined: nothing. */
export function setAskedBy({ type, data }: Pick<WaypostEvent, "type" | "data">): unknown {
  return isOwnType(type) ? data.business?.["set"] : undefined;
}

/** Types that Waypost alone publishes: what they ask for is done without a route. */
export function isOwnType(type: string): boolean {
  return type === replyRequestedType || type === setRequestedType;
}
