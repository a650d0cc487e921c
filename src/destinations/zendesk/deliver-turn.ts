import { type Delivered, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { laterTime } from "../later-time.ts";
import { tellingNotTaken } from "../not-taken.ts";
import { recordEvent } from "../record-event.ts";
import { opensNothing } from "../ticket-rule.ts";
import { isAboutThis } from "./failure.ts";
import { missingFor } from "./named.ts";
import { keepMs, linkHere, type Work } from "./parts.ts";
import { findPerson, isThere } from "./person.ts";
import type { Ticket } from "./records.ts";
import type { Turn } from "./turn.ts";
import {
  type Current,
  currentTicket,
  externalIdOf,
  lookAt,
  type Place,
  placeOf,
} from "./which-ticket.ts";
import { writeComment } from "./write-comment.ts";

/** Makes the comment, with the user and the ticket that it needs. Throws DeliveryError. */
export async function deliverTurn(work: Work, turn: Turn): Promise<Delivered> {
  try {
    const done = await deliverTo(work, turn, await currentTicket(work));
    return tellingNotTaken(done, work.session.notTaken);
  } catch (error) {
    // What was made before it failed is not made again, so it is told now.
    if (!(error instanceof DeliveryError) || work.made.length === 0) throw error;
    const { verdict, message, maybeDone, laneOnly, limited, afterMs, answer } = error;
    throw new DeliveryError(verdict, message, {
      ...{ maybeDone, laneOnly, limited, cause: error, events: eventsOf(work) },
      ...(afterMs !== undefined && { afterMs }),
      ...(answer !== undefined && { answer }),
    });
  }
}

async function deliverTo(work: Work, turn: Turn, current: Current): Promise<Delivered> {
  const place = await placeOf(work, current, turn.wakes);
  if (place.is === "new" && !turn.opens) return opensNothing(work.item.context);
  const needsPerson = place.is === "new" || turn.author === "contact";
  const person = needsPerson ? await findPerson(work) : undefined;
  const write = (user: string | undefined) =>
    writeComment(work, place, { turn, author: user, requester: user });
  try {
    return await delivered(work, turn, await write(person));
  } catch (error) {
    if (!isAboutThis(error)) throw error;
    const now = await changedMeanwhile(work, current);
    if (now !== undefined) return deliverTo(work, turn, now);
    if (person !== undefined && !(await isThere(work, person))) {
      return delivered(work, turn, await write(await findPerson(work, true)));
    }
    throw await causeOf(error, work, place);
  }
}

/** Nobody can tell from the refusal of a new ticket that what the options name was deleted. */
async function causeOf(error: unknown, { session, options }: Work, { is }: Place) {
  return (is === "new" && (await missingFor(session, options))) || error;
}

/** The ticket, when it was closed or deleted after the first look. It gets further with each look, and an absent one is not looked at again, so this ends. */
async function changedMeanwhile(work: Work, before: Current): Promise<Current | undefined> {
  const { ticket, lastAt } = before;
  if (ticket === undefined) return undefined;
  const now = await lookAt(work, ticket.id);
  if (now === undefined) return { ticket: undefined, lastAt, gone: ticket.id };
  const isNew = now.status === "closed" && ticket.status !== "closed";
  return isNew ? { ticket: now, lastAt } : undefined;
}

async function delivered(work: Work, turn: Turn, ticket: Ticket | undefined): Promise<Delivered> {
  const { item, session } = work;
  if (item.context.shadow || ticket === undefined) return { answer: session.summary() };
  const times = turn.lines.map((line) => line.event.time);
  const link = linkTo(work, ticket.id, times);
  await item.context.remember(link, { keepMs: keepMs(work.options) });
  const events = eventsOf(work);
  return { remoteId: ticket.id, answer: `ticket ${ticket.id}`, link, events };
}

/** What is remembered of the conversation. `at`: the time of the last that was said in it, be it one of these. */
export function linkTo(
  work: Pick<Work, "options" | "item">,
  ticket: string,
  times: readonly string[],
) {
  const { options, item } = work;
  const { at: before = "" } = linkHere(item.context.link, options);
  // Not known: any time is later.
  const at = times.reduce((latest, time) => laterTime(time, latest), before);
  return { ticket, at, as: externalIdOf(work), on: options.baseUrl.host };
}

function eventsOf({ made, item }: Work): WaypostEvent[] {
  return made.map((record) => recordEvent(item.event, item.context, record));
}
