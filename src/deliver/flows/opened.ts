import type { FlowRules, Route, WaypostEvent } from "../../contracts.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { hashId } from "../../event/hash-id.ts";
import type { Circumstances } from "./circumstances.ts";
import { names } from "./closings.ts";
import { opens } from "./conversation-state.ts";

const type = "business.conversation.opened";

/** A route names the event. */
export function needsOpenings(routes: readonly Route[]): boolean {
  return routes.some((route) => names(route, type));
}

/** `business.conversation.opened`, when the event is a message that opens its conversation. */
export async function opened(
  about: Circumstances,
  { rules, now }: { readonly rules: FlowRules; readonly now: () => number },
): Promise<WaypostEvent | undefined> {
  const { event } = about;
  const { conversationId, message } = event.data;
  if (conversationId === undefined || event.data.test) return undefined;
  if (!(await opens(about, rules))) return undefined;
  const data = { by: "message", messageId: message?.id };
  const at = new Date(now());
  const made = derivedEvent({ source: event, route: "opened", type, data, at });
  // A route may have the same name.
  return { ...made, id: hashId("evt_", ["opened", conversationId, event.id]) };
}
