import type { Link } from "../../contracts.ts";
import { pathOf } from "../http/api.ts";
import { laterTime } from "../later-time.ts";
import type { Said } from "../said.ts";
import { ticketStep } from "../ticket-rule.ts";
import { type Call, listIn, madeId } from "./call.ts";
import { bodyOf } from "./multipart.ts";
import type { Words } from "./words.ts";

export const ticketStates = { open: 2, pending: 3, resolved: 4, closed: 5 } as const;

export interface TicketRecord {
  readonly id: number;
  readonly status: number;
  readonly requester_id?: number;
  readonly deleted?: boolean;
  readonly spam?: boolean;
  readonly updated_at?: string;
  readonly stats?: { readonly closed_at?: string | null; readonly resolved_at?: string | null };
  readonly tags?: readonly string[];
  readonly custom_fields?: Readonly<Record<string, unknown>>;
}

export interface NoteRecord {
  readonly id: number;
  readonly body?: string;
  readonly body_text?: string;
  readonly private?: boolean;
  readonly incoming?: boolean;
}

/** The ticket to go on in, and whether it is to be opened again. */
export interface Place {
  readonly ticket: TicketRecord;
  readonly reopen: boolean;
}

/** undefined: a new one is to begin. */
export async function currentPlace(call: Call, inbound: boolean): Promise<Place | undefined> {
  const { ticket: id, at = "" } = call.context.link ?? {};
  const found = id === undefined ? undefined : await readTicket(call, id);
  if (found === undefined) return undefined;
  const now = Date.parse(call.event.time);
  const lastAt = Date.parse(at) || now;
  const ticket = await followMerge(call, found);
  if (ticket === undefined) return undefined;
  const closedAt = isClosed(ticket) ? await closedAtOf(call, ticket) : undefined;
  const step = ticketStep({ lastAt, closedAt }, now, call.options.rule);
  if (step === "new") return undefined;
  const waits = step === "reopen" || ticket.status === ticketStates.pending;
  return { ticket, reopen: inbound && waits };
}

function isClosed({ status }: TicketRecord): boolean {
  return status === ticketStates.resolved || status === ticketStates.closed;
}

/** undefined: it is gone, or nobody looks at it any more. */
async function readTicket(
  { session }: Call,
  id: string | number,
  query: { include?: string } = {},
): Promise<TicketRecord | undefined> {
  const path = pathOf`/tickets/${id}`;
  const answer = await session.look({ path, query, accept: [404], holds: "id" });
  if (answer.status === 404) return undefined;
  const ticket = answer.json as TicketRecord;
  return ticket.deleted || ticket.spam ? undefined : ticket;
}

/** Costs a second call's worth, so it is asked of closed tickets alone. */
async function closedAtOf(call: Call, { id, updated_at }: TicketRecord): Promise<number> {
  const ticket = await readTicket(call, id, { include: "stats" });
  const { closed_at, resolved_at } = ticket?.stats ?? {};
  return Date.parse(closed_at ?? resolved_at ?? updated_at ?? "") || 0;
}

/**
 * Freshdesk closes what it merges, and says into which in a note; it says so nowhere else. Its note begins with that: ours begin with who
 * said it, so nobody's words can lead a conversation into another's ticket.
 */
async function followMerge(
  call: Call,
  ticket: TicketRecord,
  hops = mostHops,
): Promise<TicketRecord | undefined> {
  if (!isClosed(ticket) || hops === 0) return ticket;
  const notes = await readNotes(call, String(ticket.id), 3);
  for (const { body_text = "", incoming, private: isPrivate } of notes.toReversed()) {
    const [, into] = mergeWords.exec(body_text) ?? [];
    if (into === undefined || !isPrivate || incoming) continue;
    const next = await readTicket(call, into);
    return next && followMerge(call, next, hops - 1);
  }
  return ticket;
}

/** What a ticket was merged into may be merged again. */
const mostHops = 3;

const mergeWords = /^\s*(?:this )?ticket\b[\w\s#]{0,40}\bmerged into ticket (?:ID )?#?\s*(\d+)/i;

const perPage = 100;

/** In Freshdesk's order, the oldest first. */
export async function readNotes(
  { session }: Pick<Call, "session">,
  ticket: string,
  mostPages: number,
): Promise<readonly NoteRecord[]> {
  const notes: NoteRecord[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const path = pathOf`/tickets/${ticket}/conversations`;
    const query = { page, per_page: perPage };
    const answer = await session.look({ path, query, accept: [404] });
    if (answer.status === 404) break;
    const more = listIn(answer) as readonly NoteRecord[];
    notes.push(...more);
    if (more.length < perPage) break;
  }
  return notes;
}

/** `gone`: the ticket is. undefined: in shadow. */
export async function writeNote(
  { session, options, context }: Call,
  { ticket }: Place,
  { said, words }: { readonly said: Said; readonly words: Words },
): Promise<string | "gone" | undefined> {
  const isContact = said.direction === "in";
  const isPrivate = !isContact && (said.failed || said.note || options.replies === "private");
  const addresses = said.failed ? await options.notify.render(context) : [];
  const notified = (Array.isArray(addresses) ? addresses : []).map(String).filter(isAddress);
  const fields = {
    body: words.html,
    private: isPrivate === true,
    incoming: isContact,
    // Whoever it is by now: contacts are merged.
    ...(isContact && ticket.requester_id !== undefined && { user_id: ticket.requester_id }),
    ...(notified.length > 0 && { notify_emails: notified }),
  };
  const answer = await session.write(isPrivate ? "write a private note" : "write a note", {
    method: "POST",
    path: pathOf`/tickets/${ticket.id}/notes`,
    ...bodyOf(fields, words.uploads),
    accept: [404],
  });
  if (answer === undefined) return undefined;
  return answer.status === 404 ? "gone" : madeId(answer);
}

function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}

export async function reopen({ session }: Call, { ticket }: Place): Promise<void> {
  await session.write(`open ticket ${ticket.id} again`, {
    method: "PUT",
    path: pathOf`/tickets/${ticket.id}`,
    json: { status: ticketStates.open },
    // Deleted since it was looked at: what comes next finds that out.
    ...{ accept: [404], holds: "id" },
  });
}

/** What is remembered of the conversation, with the tickets that went before, for erasing. */
export function linkOf(
  { event, context }: Call,
  written: { readonly ticket: string; readonly note?: string },
): Link {
  const { ticket: before, earlier = "", at } = context.link ?? {};
  const all = new Set(earlier.split(",").filter(Boolean));
  if (before !== undefined && before !== written.ticket) all.add(before);
  return {
    ...{ at: laterTime(event.time, at), for: context.idempotencyKey },
    ...written,
    ...(all.size > 0 && { earlier: [...all].slice(-20).join(",") }),
  };
}
