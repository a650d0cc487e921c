import { type Delivered, DeliveryError } from "../../contracts.ts";
import { type DeskContact, nobodyAt } from "../desk/contact-book.ts";
import type { Saying } from "../desk/saying.ts";
import { withOrWithout, withoutFiles } from "../left-out.ts";
import { madeEvents } from "../record-event.ts";
import { opensNoTicket, opensNothing } from "../ticket-rule.ts";
import { type Call, urlOf } from "./call.ts";
import { createTicket } from "./create-ticket.ts";
import { contacts } from "./find-contact.ts";
import { currentPlace, linkOf, type Place, reopen, writeNote } from "./ticket.ts";
import { type Words, wordsOf } from "./words.ts";

/** Writes what the event says where it belongs. A contact or a ticket that is gone is replaced, once. */
export async function write(call: Call, saying: Saying): Promise<Delivered> {
  const inbound = saying.said.direction === "in";
  const opens = !opensNoTicket(call.event);
  const place = await currentPlace(call, inbound);
  if (place === undefined && !opens) return opensNothing(call.context);
  const words = await wordsOf(saying.said, saying.own);
  const contact = await contacts.findOrCreate(call, { inbound });
  if (contact === undefined) return nobodyAt("Freshdesk", call);
  const noted = place && (await append(call, contact, { ...saying, words, place }));
  if (place && noted !== "gone") return noted ?? { answer: call.session.summary() };
  return opens ? beginFor(call, contact, { ...saying, words }) : opensNothing(call.context);
}

async function beginFor(call: Call, contact: DeskContact, writing: Writing): Promise<Delivered> {
  const begun = await begin(call, contact, writing);
  if (begun !== "gone") return begun ?? { answer: call.session.summary() };
  const inbound = writing.said.direction === "in";
  const other = await contacts.findOrCreate(call, { inbound, anew: true });
  if (other === undefined) return nobodyAt("Freshdesk", call);
  const again = await begin(call, other, writing);
  if (again === "gone") throw new DeliveryError("outage", "Freshdesk's contact is gone again");
  return again ?? { answer: call.session.summary() };
}

interface Writing extends Saying {
  readonly words: Words;
}

/** Opened first: whoever dies then finds it open, and writes. undefined: in shadow. */
async function append(
  call: Call,
  contact: DeskContact,
  writing: Writing & { readonly place: Place },
): Promise<Delivered | "gone" | undefined> {
  const { place, said } = writing;
  if (place.reopen) await reopen(call, place);
  const note = await taking(writing, (words) => writeNote(call, place, { said, words }));
  if (note === undefined || note === "gone") return note;
  return delivered(call, contact, { ticket: String(place.ticket.id), note, created: false });
}

async function begin(
  call: Call,
  contact: DeskContact,
  writing: Writing,
): Promise<Delivered | "gone" | undefined> {
  const { said } = writing;
  const ticket = await taking(writing, (words) => createTicket(call, contact, { said, words }));
  if (ticket === undefined || ticket === "gone") return ticket;
  return delivered(call, contact, { ticket, created: true });
}

function taking<T>({ words, said, own }: Writing, work: (words: Words) => Promise<T>): Promise<T> {
  const without = () => wordsOf(withoutFiles(said, "Freshdesk did not take the file"), own);
  return withOrWithout(words, { has: words.uploads.length > 0, without }, work);
}

interface Written {
  readonly ticket: string;
  readonly note?: string;
  readonly created: boolean;
}

/** As the delivery answers, also where a look-up found it. */
export function delivered(
  call: Call,
  contact: Pick<DeskContact, "id" | "created">,
  { created, ...written }: Written,
): Delivered {
  const { ticket, note } = written;
  return {
    remoteId: note === undefined ? ticket : `${ticket}:${note}`,
    answer: created ? "201" : "201: a note",
    link: linkOf(call, written),
    events: madeEvents(call, (object, id) => urlOf(call.options, object, id), {
      contact,
      ticket: { id: ticket, created },
    }),
  };
}
