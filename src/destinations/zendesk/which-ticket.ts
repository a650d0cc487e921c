import { pathOf } from "../http/api.ts";
import { laterTime } from "../later-time.ts";
import { linkHere, type Work } from "./parts.ts";
import { solvedAtOf, type Ticket, ticketOf, ticketsOf } from "./records.ts";

/** The conversation's ticket as it is now. */
export interface Current {
  /** undefined: there is none (any more). */
  readonly ticket: Ticket | undefined;
  /** When the conversation last said something in it. */
  readonly lastAt: string;
  /** A person has deleted it. */
  readonly gone?: string;
}

/** What becomes of a comment. */
export type Place =
  | { readonly is: "update"; readonly ticket: Ticket; readonly reopens: boolean }
  | {
      readonly is: "new";
      /** The closed ticket that it follows. */
      readonly follows?: string;
      /** What it stands in for: part of the key, so that a replacement is not taken for a repeat. */
      readonly instead?: string;
    };

/** The external id of all tickets of the conversation, or of an event that has none. */
export function externalIdOf({ item }: Pick<Work, "item">): string {
  const { event, context } = item;
  return `wa-conv:${context.destination}:${event.data.conversationId ?? event.id}`;
}

/** As remembered, else the newest with the conversation's external id. */
export async function currentTicket(work: Work): Promise<Current> {
  const { ticket, at = "" } = linkHere(work.item.context.link, work.options);
  if (ticket !== undefined) {
    const found = await lookAt(work, ticket);
    return found ? { ticket: found, lastAt: at } : { ticket: undefined, lastAt: at, gone: ticket };
  }
  const [newest] = await ticketsOfConversation(work, externalIdOf(work));
  return { ticket: newest, lastAt: newest?.updatedAt ?? "" };
}

/** undefined: it was deleted. */
export async function lookAt({ session }: Work, id: string): Promise<Ticket | undefined> {
  const path = pathOf`/api/v2/tickets/${id}`;
  const { status, json } = await session.look({ path, accept: [404], holds: "ticket" });
  const found = status === 404 ? undefined : ticketOf(json);
  return found?.status === "deleted" ? undefined : found;
}

/** Newest first. */
export async function ticketsOfConversation(
  { session }: Pick<Work, "session">,
  external_id: string,
): Promise<Ticket[]> {
  const query = { external_id, sort_by: "created_at", sort_order: "desc" };
  const { json } = await session.look({ path: "/api/v2/tickets", query, holds: "tickets" });
  return ticketsOf(json).filter(({ status }) => status !== "deleted");
}

/** `wakes`: it wants somebody's attention, so that a ticket that waits or is solved becomes open. */
export async function placeOf(work: Work, current: Current, wakes: boolean): Promise<Place> {
  const { ticket, lastAt, gone } = current;
  if (ticket === undefined) return { is: "new", ...(gone !== undefined && { instead: gone }) };
  const { options, item } = work;
  const now = Date.parse(item.event.time);
  // NaN compares as false: what is not known counts as recent.
  if (now - Date.parse(lastAt) >= options.newAfterMs) return { is: "new", instead: ticket.id };
  if (ticket.status === "closed") return { is: "new", follows: ticket.id, instead: ticket.id };
  const isAsleep = ["pending", "hold", "solved"].includes(ticket.status);
  if (!wakes || !isAsleep) return { is: "update", ticket, reopens: false };
  if (ticket.status === "solved") {
    const solvedAt = await solvedAtFor(work, ticket);
    const newest = Date.parse(laterTime(item.event.time, lastAt));
    if (newest - Date.parse(solvedAt) > options.reopenWithinMs) {
      return { is: "new", instead: ticket.id };
    }
  }
  return { is: "update", ticket, reopens: true };
}

async function solvedAtFor({ session }: Work, { id, updatedAt }: Ticket): Promise<string> {
  const path = pathOf`/api/v2/tickets/${id}/metrics`;
  const { json } = await session.look({ path, accept: [404], holds: "ticket_metric" });
  return solvedAtOf(json) ?? updatedAt;
}
