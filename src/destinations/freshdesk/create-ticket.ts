import { escapeHtml } from "../../support/html.ts";
import { cleanLine } from "../clean-text.ts";
import type { DeskContact } from "../desk/contact-book.ts";
import { filled } from "../filled.ts";
import { type NotTaken, notTakenLines, withWhatIsTaken } from "../not-taken.ts";
import type { Said } from "../said.ts";
import { type Call, madeId, markOf, urlOf } from "./call.ts";
import { saysRequesterGone } from "./failure.ts";
import { bodyOf } from "./multipart.ts";
import { renderTicket } from "./options.ts";
import { ticketStates } from "./ticket.ts";
import type { Words } from "./words.ts";

interface Writing {
  readonly said: Said;
  readonly words: Words;
}

/** `gone`: the contact is. undefined: in shadow. */
export async function createTicket(
  call: Call,
  contact: DeskContact,
  writing: Writing,
): Promise<string | "gone" | undefined> {
  const rendered = await renderTicket(call.options, call.context);
  const { notTaken: kept } = call.session;
  const fields = filled({
    ...rendered.fields,
    type: rendered.type,
    group_id: idOf(rendered.group),
    responder_id: idOf(rendered.agent),
  });
  return withWhatIsTaken({ fields, object: "ticket", kept }, async (taken, notTaken) => {
    const lacks = new Map([...kept, ...notTaken]);
    const answer = await call.session.write("create a ticket", {
      method: "POST",
      path: "/tickets",
      ...bodyOf(
        ticketOf(call, contact, { ...writing, rendered, taken, lacks }),
        writing.words.uploads,
      ),
      // Who was just seen is there: then something else is wrong.
      accept: contact.seen ? [] : saysRequesterGone,
    });
    if (answer === undefined) return undefined;
    return saysRequesterGone(answer) ? "gone" : madeId(answer);
  });
}

interface NewTicket extends Writing {
  readonly rendered: Awaited<ReturnType<typeof renderTicket>>;
  /** Of the options' fields. */
  readonly taken: Readonly<Record<string, unknown>>;
  readonly lacks: NotTaken;
}

function ticketOf(
  { options, context }: Call,
  contact: DeskContact,
  { said, words, rendered, taken, lacks }: NewTicket,
): Record<string, unknown> {
  const mark = markOf(context);
  const { eventField } = options;
  const { type, group_id, responder_id, ...fields } = taken;
  const tags = rendered.tags.map((tag) => cleanLine(String(tag ?? ""), 32)).filter(Boolean);
  const custom = { ...fields, ...(eventField !== undefined && { [eventField]: mark }) };
  const isOurs = said.direction === "out" && !said.failed && !said.note;
  const lines = notTakenLines("Freshdesk", lacks).map((line) => `<p>${escapeHtml(line)}</p>`);
  return {
    requester_id: Number(contact.id),
    subject: cleanLine(String(rendered.subject ?? ""), 255) || "WhatsApp",
    description: words.html + lines.join("") + followed(options, context.link?.["ticket"]),
    // What we said waits for their answer.
    status: isOurs ? ticketStates.pending : ticketStates.open,
    ...{ priority: options.priority, source: options.source },
    ...filled({ type, group_id, responder_id }),
    tags: [...tags, ...(eventField === undefined ? [mark] : [])],
    ...(Object.keys(custom).length > 0 && { custom_fields: custom }),
  };
}

function followed(options: Call["options"], before: string | undefined): string {
  if (before === undefined) return "";
  const url = urlOf(options, "ticket", before);
  return `<p>Goes on from <a href="${url}">ticket ${before}</a></p>`;
}

/** An id that is none is left out: a pool's member without one gets nothing. */
function idOf(rendered: unknown): number | "" {
  return /^\d{1,18}$/.test(String(rendered ?? "")) ? Number(rendered) : "";
}
