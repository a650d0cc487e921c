import type { Delivered, DeliveryContext, WaypostEvent } from "../contracts.ts";
import { milliseconds } from "../support/duration.ts";
import { OptionError } from "./destination-kind.ts";

/** When a conversation goes on in its ticket, and when it begins another one. */
export interface TicketRule {
  /** A ticket that was closed no longer ago is opened again. */
  readonly reopenMs: number;
  /** After so long a silence a new ticket begins, even where one is open. */
  readonly newAfterMs: number;
}

/** Times in milliseconds since 1970. */
export interface TicketTimes {
  /** Of the last that was said in it. */
  readonly lastAt: number;
  /** undefined: it is open. */
  readonly closedAt?: number | undefined;
}

/** The answer where there is no ticket, and none is to be opened. */
export function opensNothing({ shadow }: Pick<DeliveryContext, "shadow">): Delivered {
  const what = shadow ? "would do nothing" : "nothing to write";
  return { answer: `${what}: there is no ticket, and this opens none` };
}

export function ticketStep(
  { lastAt, closedAt }: TicketTimes,
  at: number,
  { reopenMs, newAfterMs }: TicketRule,
): "append" | "reopen" | "new" {
  if (at - lastAt >= newAfterMs) return "new";
  if (closedAt === undefined) return "append";
  // What comes late belongs to what was said last.
  return Math.max(at, lastAt) - closedAt < reopenMs ? "reopen" : "new";
}

/** It came with the history: what was said before Waypost was there is no reason for a ticket, nor to open one again. */
export function isFromHistory({ type }: Pick<WaypostEvent, "type">): boolean {
  return type.startsWith("whatsapp.history.");
}

/** What happened to a conversation, or to a person, is worth a note in the ticket that is there, not a ticket. */
export function opensNoTicket({ type }: Pick<WaypostEvent, "type">): boolean {
  return /^business\.(conversation\.|consent\.|contact\.|handoff\.ended$)/.test(type);
}

const duration = { type: "string", pattern: "^[0-9]{1,6}(min|h|d)$" };

/** Of a kind's schema. */
export const ticketRuleSchema = {
  reopenWithin: {
    ...duration,
    description:
      "What was closed no longer ago is opened again by a message of the contact; later, a new one begins. Default: 3d.",
  },
  newAfter: {
    ...duration,
    description: "After so long a silence a new one begins, even where one is open. Default: 14d.",
  },
};

/** Throws OptionError. */
export function parseTicketRule(
  destination: string,
  { reopenWithin = "3d", newAfter = "14d" }: { reopenWithin?: string; newAfter?: string },
  place = "newAfter",
): TicketRule {
  const rule = { reopenMs: milliseconds(reopenWithin), newAfterMs: milliseconds(newAfter) };
  if (rule.newAfterMs >= rule.reopenMs) return rule;
  throw new OptionError(destination, place, {
    problem: "is shorter than reopenWithin",
    remedy: "After newAfter nothing is opened again: make it the longer one",
  });
}
