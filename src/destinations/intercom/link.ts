import type { Link } from "../../contracts.ts";
import { isInboundMessage } from "../../event/direction.ts";
import type { DeskContact } from "../desk/contact-book.ts";
import { laterTime } from "../later-time.ts";
import type { Call } from "./call.ts";

/**
 * What is remembered of a conversation: where it goes on, the last that was written there and for which delivery, when the contact last
 * wrote (which opens it), and the conversations that went before, for erasing.
 */
export function linkOf(
  call: Call,
  contact: DeskContact,
  written: Readonly<{ conversation?: string; part?: string; note?: string }>,
): Link {
  const { event, context } = call;
  const { conversation: before, earlier = "", note, at, heard } = context.link ?? {};
  const all = new Set(earlier.split(",").filter(Boolean));
  if (before !== undefined && before !== written.conversation) all.add(before);
  return {
    ...{ contact: contact.id, at: laterTime(event.time, at), for: context.idempotencyKey },
    ...heardOf(call, heard),
    ...(note !== undefined && { note }),
    ...written,
    ...(all.size > 0 && { earlier: [...all].slice(-20).join(",") }),
  };
}

function heardOf({ event }: Pick<Call, "event">, before: string | undefined): Link {
  if (isInboundMessage(event)) return { heard: laterTime(event.time, before) };
  return before === undefined ? {} : { heard: before };
}

/** What was begun may be there before Intercom's search shows it. */
const searchLagMs = 30_000;

/** Kept before a conversation is begun: its look-up then knows how late it may be. */
export function beginningLink({ context, now }: Call): Link {
  return { ...context.link, beginning: `${now()} ${context.idempotencyKey}` };
}

/** For how much longer a search may not yet show what was begun for this delivery. */
export function lagLeftMs({ context, now }: Call): number {
  const [since = "", key] = (context.link?.["beginning"] ?? "").split(" ");
  if (key !== context.idempotencyKey) return 0;
  const left = Number(since) + searchLagMs - now();
  return left > 0 && left <= searchLagMs ? Math.ceil(left) : 0;
}
