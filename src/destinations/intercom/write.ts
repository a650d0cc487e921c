import { type Delivered, DeliveryError } from "../../contracts.ts";
import { escapeHtml } from "../../support/html.ts";
import { type DeskContact, nobodyAt } from "../desk/contact-book.ts";
import type { Saying } from "../desk/saying.ts";
import { withOrWithout, withoutFiles } from "../left-out.ts";
import { notTakenLines } from "../not-taken.ts";
import { madeEvents } from "../record-event.ts";
import type { Said } from "../said.ts";
import { unlessRefused } from "../unless-refused.ts";
import type { Call } from "./call.ts";
import {
  beginConversation,
  currentConversation,
  noteOnContact,
  replyIn,
  type Voice,
  type Written,
} from "./conversation.ts";
import { contacts } from "./find-contact.ts";
import { beginningLink, linkOf } from "./link.ts";
import { type Words, wordsOf } from "./words.ts";

/** Writes what the event says where it belongs. A contact or a conversation that is gone is replaced, once. */
export async function write(call: Call, saying: Saying): Promise<Delivered> {
  const inbound = saying.said.direction === "in";
  const words = await wordsOf(saying.said, saying.own);
  const contact = await contacts.findOrCreate(call, { inbound });
  if (contact === undefined) return nobodyAt("Intercom", call);
  await tellNotTaken(call, contact);
  let written = await writeFor(call, contact, { ...saying, words });
  if (written === "gone") {
    const other = await contacts.findOrCreate(call, { inbound, anew: true });
    if (other === undefined) return nobodyAt("Intercom", call);
    written = await writeFor(call, other, { ...saying, words, lost: true });
  }
  if (written === undefined) return { answer: call.session.summary() };
  if (written === "gone") throw new DeliveryError("outage", "Intercom's contact is gone again");
  return written;
}

/** Beside the contact's own words nothing of ours can stand. It may be missing after a crash or a failure. */
async function tellNotTaken(call: Call, contact: DeskContact): Promise<void> {
  const plain = notTakenLines("Intercom", call.session.notTaken).join("\n");
  if (plain === "") return;
  const words: Words = { body: `<p>${escapeHtml(plain)}</p>`, plain, attachments: [] };
  await unlessRefused(noteOnContact(call, contact, words));
}

interface Writing extends Saying {
  readonly words: Words;
  /** The conversation is not there any more. */
  readonly lost?: boolean;
}

/** undefined: in shadow. */
async function writeFor(
  call: Call,
  contact: DeskContact,
  writing: Writing,
): Promise<Delivered | "gone" | undefined> {
  const current = writing.lost ? undefined : await currentConversation(call, contact);
  if (current !== undefined) {
    const voice = voiceOf(call, contact, writing.said);
    const replied = await taking(writing, (words) =>
      replyIn(call, current, { contact, words, voice }),
    );
    if (replied === undefined) return undefined;
    if (replied !== "gone") return delivered(call, contact, replied);
    // Which of the two is gone shows when the contact is looked at.
    if (!contact.seen) return "gone";
  }
  return writing.said.direction === "in"
    ? begin(call, contact, { ...writing, lost: writing.lost || current !== undefined })
    : note(call, contact, writing);
}

async function begin(call: Call, contact: DeskContact, writing: Writing) {
  if (!call.context.shadow) await call.context.remember(beginningLink(call));
  const begun = await taking(writing, (words) => beginConversation(call, contact, words));
  if (begun === undefined || begun === "gone") return begun;
  const before = call.context.link?.["conversation"];
  if (before !== undefined && !writing.lost) await follow(call, contact, { begun, before });
  return delivered(call, contact, begun);
}

/**
 * Says in the new conversation which one went before. It is remembered first, so that it is begun once. The line may be missing after a crash
 * or a failure: what the event says is written by then, and another attempt would write it again.
 */
async function follow(
  call: Call,
  contact: DeskContact,
  { begun, before }: { readonly begun: Written; readonly before: string },
): Promise<void> {
  await call.context.remember(linkOf(call, contact, place(begun)));
  const url = call.account.urlOf("conversation", before);
  const plain = `Goes on from ${url}`;
  const words: Words = { body: `<p>${plain}</p>`, plain, attachments: [] };
  try {
    await replyIn(call, begun.conversation, { contact, words, voice: "note" });
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
  }
}

async function note(call: Call, contact: DeskContact, writing: Writing) {
  const noted = await noteOnContact(call, contact, writing.words);
  if (noted === undefined || noted === "gone") return noted;
  return deliveredNote(call, contact, noted.note);
}

/** Who speaks. What nobody said, and what did not arrive, teammates alone see; what our side says would be sent to who has e-mail. */
export function voiceOf(
  { options }: Pick<Call, "options">,
  { link }: Pick<DeskContact, "link">,
  { direction, failed, note }: Said,
): Voice {
  if (direction === "in") return "contact";
  if (failed || note || options.replies === "note") return "note";
  return options.replies === "auto" && link["mail"] === "1" ? "note" : "comment";
}

function taking<T>({ words, said, own }: Writing, work: (words: Words) => Promise<T>): Promise<T> {
  const without = () => wordsOf(withoutFiles(said, "Intercom did not take the file"), own);
  return withOrWithout(words, { has: words.attachments.length > 0, without }, work);
}

/** As the delivery answers, also where a look-up found it. */
export function delivered(call: Call, contact: DeskContact, written: Written): Delivered {
  const { conversation, part, created } = written;
  return {
    remoteId: part === "" ? conversation : `${conversation}:${part}`,
    answer: "200",
    link: linkOf(call, contact, place(written)),
    events: madeEvents(call, call.account.urlOf, {
      contact,
      conversation: { id: conversation, created },
    }),
  };
}

export function deliveredNote(call: Call, contact: DeskContact, note: string): Delivered {
  const link = linkOf(call, contact, { note });
  const events = madeEvents(call, call.account.urlOf, { contact });
  return { remoteId: `note:${note}`, answer: "200", link, events };
}

function place({ conversation, part }: Written) {
  return { conversation, ...(part !== "" && { part }) };
}
