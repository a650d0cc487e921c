import type { WaypostEvent } from "../../contracts.ts";
import { directionOf, isInboundMessage, isSaid } from "../../event/direction.ts";
import type { LastSaid } from "../log/row-change.ts";
import type { ConversationRow } from "../log/views.ts";

/** What decides whether somebody waits for an answer. Nothing that is a test. */
export function lastWords(
  event: WaypostEvent,
  at: string,
): Record<string, string | LastSaid | undefined> {
  const { message, test } = event.data;
  if (test) return {};
  const direction = directionOf(event);
  const says = isSaid(event) && message?.type !== "system" && direction !== undefined;
  return {
    last: says ? { at, id: event.id, direction, type: String(message?.type) } : undefined,
    lastAskedAt: says && isInboundMessage(event) ? at : undefined,
    lastOutboundAt: isAnswer(event) ? at : undefined,
  };
}

/**
 * A campaign answers nobody, and what failed has reached nobody. Of what nobody told Waypost, the first status says that it was
 * sent; later ones may come long after.
 */
function isAnswer(event: WaypostEvent): boolean {
  const { message, status, sentBy } = event.data;
  if (status !== undefined) {
    return status.status === "sent" && status.pricing?.category !== "marketing";
  }
  if (message === undefined || sentBy === "campaign" || message.errors !== undefined) return false;
  return directionOf(event) === "out";
}

type Words = Pick<ConversationRow, "lastAskedAt" | "lastOutboundAt" | "lastMessage" | "closedAt">;

/** Of the contact's last word, while nobody has answered it and the conversation has not been closed since. */
export function waitingSince(words: Words): string | undefined {
  const { lastAskedAt, lastOutboundAt = "" } = words;
  if (lastAskedAt === undefined || lastAskedAt <= lastOutboundAt || isClosed(words)) return;
  return lastAskedAt;
}

export function isClosed({ closedAt = "", lastMessage }: Words): boolean {
  return closedAt > (lastMessage?.at ?? "");
}

/** Of all rows of a person together. */
export function joinedWords(rows: readonly Words[]): Words {
  const newest = (name: "lastAskedAt" | "lastOutboundAt" | "closedAt") =>
    rows.flatMap((row) => row[name] ?? []).reduce((a, b) => (a > b ? a : b), "") || undefined;
  const messages = rows.flatMap(({ lastMessage }) => lastMessage ?? []);
  const lastMessage = messages.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  const words = {
    lastAskedAt: newest("lastAskedAt"),
    lastOutboundAt: newest("lastOutboundAt"),
    closedAt: newest("closedAt"),
    lastMessage,
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
