import MailComposer from "nodemailer/lib/mail-composer";
import type { MailAddress } from "./addresses.ts";
import type { MailAttachment } from "./attachments.ts";
import type { Thread } from "./thread.ts";

/** A mail, before it is bytes. */
export interface Mail {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly replyTo: MailAddress | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly MailAttachment[];
  /** Without its brackets. */
  readonly messageId: string;
  /** The thread that it goes on with. */
  readonly thread: Thread | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** As it goes over the wire. Files and addresses are never read by it, whatever the mail says. */
export function composed(mail: Mail): Promise<Buffer> {
  const { thread, replyTo, messageId, headers } = mail;
  const references = thread && [...new Set([thread.first, thread.last])].map(bracketed).join(" ");
  const composer = new MailComposer({
    ...{ from: mail.from, to: [...mail.to], cc: [...mail.cc], subject: mail.subject },
    ...(replyTo && { replyTo }),
    ...{ text: mail.text, html: mail.html, attachments: [...mail.attachments] },
    messageId: bracketed(messageId),
    ...(thread && { inReplyTo: bracketed(thread.last), references }),
    // RFC 3834, and Exchange's word for it: nobody's out-of-office answers to it.
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      ...headers,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: "win",
  });
  return composer.compile().build();
}

function bracketed(id: string): string {
  return `<${id}>`;
}
