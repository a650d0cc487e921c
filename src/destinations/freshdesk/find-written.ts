import type { Delivered } from "../../contracts.ts";
import type { Saying } from "../desk/saying.ts";
import { earliestOf } from "../later-time.ts";
import type { Said } from "../said.ts";
import { sameWords } from "../same-words.ts";
import { type Call, listIn, markOf } from "./call.ts";
import { contacts } from "./find-contact.ts";
import { readNotes, type TicketRecord } from "./ticket.ts";
import { wordsOf } from "./words.ts";
import { delivered } from "./write.ts";

/** What an earlier attempt has written; undefined: nothing. A ticket has our mark; a note is known by its words and its place. */
export async function findWritten(call: Call, saying: Saying): Promise<Delivered | undefined> {
  const { link, idempotencyKey } = call.context;
  if (link?.["for"] === idempotencyKey) return { answer: "found: it is remembered", link };
  const contact = await contacts.find(call);
  if (contact === undefined) return undefined;
  const ticket = await findTicket(call, contact.id);
  if (ticket) return delivered(call, contact, { ticket: String(ticket.id), created: true });
  const found = link?.["ticket"];
  const note = found === undefined ? undefined : await findNote(call, found, saying);
  if (found === undefined || note === undefined) return undefined;
  return delivered(call, contact, { ticket: found, note, created: false });
}

/** In the list of the requester's tickets, which is not late as the search is. */
async function findTicket(
  { session, options, event, context }: Call,
  requester: string,
): Promise<TicketRecord | undefined> {
  const query = {
    requester_id: requester,
    updated_since: new Date(earliestOf(event)).toISOString(),
    per_page: 100,
  };
  const answer = await session.look({ path: "/tickets", query });
  const mark = markOf(context);
  const { eventField } = options;
  return (listIn(answer) as readonly TicketRecord[]).find(({ tags = [], custom_fields = {} }) =>
    eventField === undefined ? tags.includes(mark) : custom_fields[eventField] === mark,
  );
}

/** 3,000 notes are read at most. */
const mostPages = 30;

/** All of ours behind the last that is remembered is this delivery's. */
async function findNote(call: Call, ticket: string, { said, own }: Saying) {
  const last = Number(call.context.link?.["note"] ?? 0);
  const { plain } = await wordsOf(withoutBytes(said), own);
  const isContact = said.direction === "in";
  const notes = await readNotes(call, ticket, mostPages);
  const found = notes.find(
    ({ id, incoming = false, body_text = "" }) =>
      id > last && incoming === isContact && says(plain, body_text, said),
  );
  return found && String(found.id);
}

/** With or without what says of its files that they are not there. */
function says(plain: string, theirs: string, said: Said): boolean {
  if (sameWords(plain, theirs)) return true;
  return said.files.length > 0 && sameWords(plain.slice(0, 200), theirs.slice(0, 200));
}

/** Its words do not say more of the files, and nothing is read. */
function withoutBytes(said: Said): Said {
  return { ...said, files: said.files.filter((file) => "absent" in file) };
}
