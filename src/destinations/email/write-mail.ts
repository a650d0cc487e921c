import type { DeliveryContext, EventFile, WaypostEvent } from "../../contracts.ts";
import { escapeHtml } from "../../support/html.ts";
import { cleanLine, cleanText, headerLine } from "../clean-text.ts";
import { effectId } from "../effect-id.ts";
import { laterTime } from "../later-time.ts";
import { domainOf } from "./addresses.ts";
import type { Attaching } from "./attachments.ts";
import type { Mail } from "./compose.ts";
import { type Letter, letterOf } from "./letter.ts";
import type { EmailOptions } from "./options.ts";
import type { Recipients } from "./recipients.ts";
import { letterAsHtml, letterAsText } from "./render-letter.ts";
import { messageIdOf, type Thread, type ThreadKey, threadOf } from "./thread.ts";

export interface Writing {
  readonly options: EmailOptions;
  readonly event: WaypostEvent;
  readonly context: DeliveryContext;
  readonly recipients: Recipients;
  readonly concerned: WaypostEvent | undefined;
  readonly transcript: readonly string[];
  readonly opsUrl: string | undefined;
}

/** A mail, and the thread as it is with it. */
export interface Written {
  readonly mail: Mail;
  readonly key: ThreadKey;
  readonly thread: Thread;
}

const most = { subject: 200, text: 60_000, html: 300_000 };

/** Throws DeliveryError where a template cannot be rendered. */
export async function writeMail(writing: Writing, attaching: Attaching): Promise<Written> {
  const { options, event, context, recipients } = writing;
  const { concerned, transcript, opsUrl } = writing;
  const files = attaching.named;
  const letter = letterOf(event, { concerned, files, transcript, opsUrl });
  const messageId = messageIdOf(context, domainOf(options.from));
  const key = {
    recipients: [...recipients.to, ...recipients.cc].map(({ address }) => address),
    subjectSource: options.subjectSource || ownThreadOf(event),
  };
  const before = threadOf(context, key, event, options.newAfterMs);
  const subject = before?.subject ?? (await subjectOf(writing, letter));
  const mail: Mail = {
    ...{ ...recipients, from: options.from, messageId, thread: before },
    subject: before === undefined ? subject : `Re: ${subject}`,
    ...(await bodiesOf(writing, letter, files)),
    attachments: [...attaching.attachments],
    headers: {
      "X-Waypost-Destination": context.destination,
      "X-Waypost-Event": effectId(event, context),
      // Or it writes a Message-ID of its own over ours.
      ...(options.server.host.endsWith(".postmarkapp.com") && { "X-PM-KeepID": "true" }),
    },
  };
  const first = before?.first ?? messageId;
  const at = laterTime(event.time, before?.at);
  return { mail, key, thread: { first, last: messageId, at, subject } };
}

/** What is no message is found by its own subject: each type in a thread of its own. */
function ownThreadOf({ type }: WaypostEvent): string {
  return type.startsWith("business.") ? type : "";
}

async function subjectOf({ options, context, event }: Writing, letter: Letter): Promise<string> {
  const own = await options.subject?.render(context);
  return subjectWords(own, letter, event);
}

/** On one line, whatever the template puts in. */
export function subjectWords(own: unknown, { who, title }: Letter, event: WaypostEvent): string {
  const given = headerLine(String(own ?? ""), most.subject);
  if (given !== "") return given;
  const isMessage = !event.type.startsWith("business.") && who !== "";
  const words = isMessage ? ["WhatsApp", who] : [title || "WhatsApp", who];
  return headerLine(words.filter(Boolean).join(": "), most.subject);
}

async function bodiesOf(
  { options, context }: Writing,
  letter: Letter,
  files: readonly EventFile[],
): Promise<Pick<Mail, "text" | "html">> {
  const rendered = await options.text?.render(context);
  const lines = files.map(fileLine);
  const own =
    rendered === undefined
      ? undefined
      : [cleanText(String(rendered), most.text).trim(), ...lines].filter(Boolean).join("\n");
  const markup = await options.html?.render(context);
  const html =
    markup === undefined
      ? letterAsHtml(letter, own)
      : [cleanText(String(markup), most.html), ...lines.map((line) => `<p>${escapeHtml(line)}</p>`)]
          .filter(Boolean)
          .join("\n");
  return { text: letterAsText(letter, own), html };
}

function fileLine(file: EventFile): string {
  const name = cleanLine(file.name, most.subject);
  return "absent" in file ? `${name}: ${cleanLine(file.absent, most.subject)}` : name;
}
