import { DeliveryError } from "../../contracts.ts";
import { shortHash } from "../../event/hash-id.ts";
import { pathOf } from "../http/api.ts";
import { isOtherText, ticketIsFull, tooManyUpdates } from "./failure.ts";
import { agentUrl, type Work } from "./parts.ts";
import { type Ticket, ticketOf } from "./records.ts";
import { tagsFor, ticketWords } from "./ticket-words.ts";
import { bodyOf, type Turn } from "./turn.ts";
import { uploadFiles } from "./uploads.ts";
import { externalIdOf, type Place, ticketsOfConversation } from "./which-ticket.ts";

/** `author`: the contact's user; undefined: the API's. */
interface Comment {
  readonly turn: Turn;
  readonly author: string | undefined;
}

/** Writes the comment where it belongs; answers with the ticket, undefined in shadow. Throws DeliveryError. */
export async function writeComment(
  work: Work,
  place: Place,
  comment: Comment & { readonly requester: string | undefined },
): Promise<Ticket | undefined> {
  if (place.is === "update") return updateTicket(work, place, comment);
  return createTicket(work, place, comment);
}

async function commentOf(work: Work, { turn, author }: Comment) {
  const { tokens, files } = await uploadFiles(work, turn);
  return {
    comment: {
      html_body: bodyOf(turn, files),
      public: turn.isPublic,
      ...(turn.author === "contact" && author !== undefined && { author_id: Number(author) }),
      ...(tokens.length > 0 && { uploads: tokens }),
    },
    // Zendesk keeps it as `metadata.custom` of the update's audit.
    metadata: { waypost: turn.lines.map(({ key }) => key).join(" ") },
  };
}

async function updateTicket(
  work: Work,
  { ticket, reopens }: Extract<Place, { is: "update" }>,
  comment: Comment,
): Promise<Ticket | undefined> {
  const { session, window } = work;
  const fullForMs = window.freeInMs(ticket.id);
  if (fullForMs > 0) throw ticketIsFull(fullForMs);
  const tags = await tagsFor(work);
  const lacking = tags.filter((tag) => !ticket.tags.includes(tag));
  const json = {
    ticket: {
      ...(await commentOf(work, comment)),
      ...(reopens && { status: "open" }),
      // Tags are written as a whole: only over what was read.
      ...(lacking.length > 0 && {
        ...{ tags: [...ticket.tags, ...lacking], safe_update: true },
        updated_stamp: ticket.updatedAt,
      }),
    },
  };
  const would = `comment on ticket ${ticket.id}${reopens ? " and open it again" : ""}`;
  const path = pathOf`/api/v2/tickets/${ticket.id}`;
  const answer = await session.write(would, { method: "PUT", path, json, accept: [429] });
  if (answer === undefined) return undefined;
  if (answer.status === 429) throw tooManyUpdates(answer, window.used(ticket.id));
  window.took(ticket.id);
  const updated = ticketOf(answer.json);
  if (updated === undefined) throw unreadable(answer.status);
  if (reopens) tell(work, ticket.id, false);
  return updated;
}

async function createTicket(
  work: Work,
  { follows, instead = "" }: Extract<Place, { is: "new" }>,
  comment: Comment & { readonly requester: string | undefined },
): Promise<Ticket | undefined> {
  const { session, item } = work;
  const external_id = externalIdOf(work);
  const json = {
    ticket: {
      ...(await ticketWords(work)),
      ...{ external_id, tags: await tagsFor(work) },
      ...(comment.requester !== undefined && { requester_id: Number(comment.requester) }),
      ...(follows !== undefined && { via_followup_source_id: Number(follows) }),
      ...(await commentOf(work, comment)),
    },
  };
  // Without the ticket that it was to follow it is another request.
  const parts = [item.context.idempotencyKey, instead, ...(follows === undefined ? [] : [follows])];
  const key = `waypost-${shortHash(JSON.stringify(parts))}`;
  const would = follows === undefined ? "create a ticket" : `create a follow-up of ${follows}`;
  const answer = await session.write(would, {
    ...{ method: "POST", path: "/api/v2/tickets", json, accept: isOtherText },
    headers: { "idempotency-key": key },
  });
  if (answer === undefined) return undefined;
  if (isOtherText(answer)) return createdBefore(work, external_id, instead);
  const made = ticketOf(answer.json);
  if (made === undefined) throw unreadable(answer.status);
  tell(work, made.id, true);
  return made;
}

/**
 * An attempt before this one made the ticket, with another text: its answer was lost, and more or less was said in it. What that was,
 * `find` tells at the next attempt.
 */
async function createdBefore(work: Work, external_id: string, instead: string): Promise<never> {
  const [newest] = await ticketsOfConversation(work, external_id);
  const isThere = newest !== undefined && newest.id !== instead;
  const where = isThere ? `as ticket ${newest.id}` : "but is not listed yet";
  throw new DeliveryError("outage", `the ticket was created before, ${where}`, {
    ...{ maybeDone: true, laneOnly: true },
    afterMs: isThere ? 0 : 5_000,
  });
}

function unreadable(status: number): DeliveryError {
  const words = `Zendesk answered ${status} without the ticket`;
  return new DeliveryError("outage", words, { maybeDone: true });
}

function tell({ made, options }: Work, id: string, created: boolean): void {
  made.push({ object: "ticket", id, url: agentUrl(options, "tickets", id), created });
}
