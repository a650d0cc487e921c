import { DeliveryError } from "../../contracts.ts";
import { shortHash } from "../../event/hash-id.ts";
import { pathOf } from "../http/api.ts";
import { type NotTaken, notTakenLines, withWhatIsTaken } from "../not-taken.ts";
import { isOtherText, ticketIsFull, tooManyUpdates } from "./failure.ts";
import { agentUrl, type Work } from "./parts.ts";
import { type Ticket, ticketOf } from "./records.ts";
import { customFields, tagsFor, ticketWords } from "./ticket-words.ts";
import { bodyOf, type Turn } from "./turn.ts";
import { type Uploaded, uploadFiles } from "./uploads.ts";
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

function commentOf(
  { turn, author }: Comment,
  { tokens, files }: Uploaded,
  lacks: readonly string[] = [],
) {
  return {
    comment: {
      html_body: bodyOf(turn, files, lacks),
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
      ...commentOf(comment, await uploadFiles(work, comment.turn)),
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
  const words = {
    ...(await ticketWords(work)),
    ...{ external_id, tags: await tagsFor(work) },
    ...(comment.requester !== undefined && { requester_id: Number(comment.requester) }),
    ...(follows !== undefined && { via_followup_source_id: Number(follows) }),
  };
  const uploaded = await uploadFiles(work, comment.turn);
  const would = follows === undefined ? "create a ticket" : `create a follow-up of ${follows}`;
  const answer = await withTakenFields(work, (custom_fields, notTaken) => {
    const lacks = notTakenLines("Zendesk", notTaken);
    // Without the ticket that it was to follow, or a field, it is another request.
    const other = [...(follows === undefined ? [] : [follows]), ...notTaken.keys()];
    const parts = [item.context.idempotencyKey, instead, ...other];
    const key = `waypost-${shortHash(JSON.stringify(parts))}`;
    return session.write(would, {
      ...{ method: "POST", path: "/api/v2/tickets", accept: isOtherText },
      json: { ticket: { ...words, ...custom_fields, ...commentOf(comment, uploaded, lacks) } },
      headers: { "idempotency-key": key },
    });
  });
  if (answer === undefined) return undefined;
  if (isOtherText(answer)) return createdBefore(work, external_id, instead);
  const made = ticketOf(answer.json);
  if (made === undefined) throw unreadable(answer.status);
  tell(work, made.id, true);
  return made;
}

/** With all that the options say of custom fields, but what Zendesk does not take of an event's. */
async function withTakenFields<T>(
  work: Work,
  write: (fields: object, notTaken: NotTaken) => Promise<T>,
): Promise<T> {
  const all = await customFields(work);
  const fields = Object.fromEntries(
    Object.entries(all).filter(([id]) => work.options.fromEvents.has(id)),
  );
  const { notTaken: kept } = work.session;
  return withWhatIsTaken({ fields, object: "ticket", kept }, (taken, notTaken) => {
    const written = Object.entries(all).filter(([id]) => id in taken || !(id in fields));
    const custom_fields = written.map(([id, value]) => ({ id: Number(id), value }));
    return write(written.length > 0 ? { custom_fields } : {}, notTaken);
  });
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
