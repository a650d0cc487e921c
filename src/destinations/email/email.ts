import { Agent } from "undici";
import type {
  Delivered,
  Destination,
  Erased,
  Erasing,
  EventFile,
  ReportSheet,
  WaypostEvent,
} from "../../contracts.ts";
import { headerLine } from "../clean-text.ts";
import type { DestinationKind, DestinationParts } from "../destination-kind.ts";
import { clientCredentials } from "../http/grants.ts";
import { createTokenSource, type TokenSource } from "../http/token-source.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { said } from "../said.ts";
import { type Attaching, attach, detached } from "./attachments.ts";
import { checkEmail } from "./check-email.ts";
import { TooMuchError } from "./failure.ts";
import { letterOf, sheetOf, transcriptOf } from "./letter.ts";
import { type EmailOptions, parseEmailOptions, type RawOptions } from "./options.ts";
import { recipientsFrom, recipientsOf } from "./recipients.ts";
import { letterAsText } from "./render-letter.ts";
import { emailSchema } from "./schema.ts";
import { sendMail } from "./send-mail.ts";
import { createSmtp, type Smtp } from "./smtp.ts";
import { firstMails } from "./thread.ts";
import { subjectWords, type Writing, writeMail } from "./write-mail.ts";

/**
 * A mail for each event, in a thread for each conversation. SMTP knows no repeats, so `idempotency` is `none`; but a repeat has the
 * Message-ID of the first, by which many mail systems show it once.
 */
export const email: DestinationKind<RawOptions> = {
  kind: "email",
  schema: emailSchema,
  create: (name, given, parts) => createEmail(parseEmailOptions(name, given), parts),
};

function createEmail(options: EmailOptions, { opsUrl }: DestinationParts): Destination {
  const tokens = tokensOf(options);
  const smtp = createSmtp(options, tokens?.source);
  return {
    kind: "email",
    idempotency: "none",
    files: true,
    readsLog: true,
    shadows: true,
    async deliver(event, context, signal) {
      throwIfAborted(signal);
      const recipients = await recipientsOf(options, context);
      const concerned = said(event) && (await context.concerned());
      const files = await context.files();
      const transcript = await transcriptOf(event, context);
      const writing = { options, event, context, recipients, concerned, transcript, opsUrl };
      if (context.shadow) return inShadow(writing, files);
      return delivering(smtp, writing, files, signal);
    },
    preview: (event) => previewOf(event, options, opsUrl),
    check: (signal) => checkEmail(smtp, options, signal),
    erase: async (person) => byHand(person),
    async close() {
      smtp.close();
      await tokens?.close();
    },
  };
}

/** Once more without files, where the server does not take them: what was said arrives in any case. */
async function delivering(
  smtp: Smtp,
  writing: Writing,
  files: readonly EventFile[],
  signal: AbortSignal,
): Promise<Delivered> {
  const attaching = withSheet(
    await attach(files, writing.options.maxAttachmentBytes),
    sheetOf(writing.event),
  );
  try {
    return await sendMail(smtp, writing, await writeMail(writing, attaching), signal);
  } catch (error) {
    if (!(error instanceof TooMuchError) || attaching.attachments.length === 0) throw error;
    return sendMail(smtp, writing, await writeMail(writing, detached(files)), signal);
  }
}

function withSheet(attaching: Attaching, sheet: ReportSheet | undefined): Attaching {
  if (sheet === undefined) return attaching;
  const { fileName, csv } = sheet;
  const file = { filename: headerLine(fileName, 200), contentType: "text/csv; charset=utf-8" };
  const content = Buffer.from(csv);
  return { ...attaching, attachments: [...attaching.attachments, { ...file, content }] };
}

async function inShadow(writing: Writing, files: readonly EventFile[]): Promise<Delivered> {
  const { to, cc } = writing.recipients;
  const { thread } = (await writeMail(writing, { attachments: [], named: files })).mail;
  const addresses = to.length + cc.length;
  const there = files.filter((file) => !("absent" in file)).length;
  const words = [
    `would send a mail to ${addresses === 1 ? "one address" : `${addresses} addresses`}`,
    there > 0 && `with ${there === 1 ? "a file" : `${there} files`}`,
    thread && "in its thread",
  ];
  return { answer: words.filter(Boolean).join(", ") };
}

/** Mails cannot be taken back. */
function byHand({ links }: Erasing): readonly Erased[] {
  return links
    .flatMap(firstMails)
    .map((id) => ({ object: "thread of mails", id, result: "by hand" }));
}

function previewOf(event: WaypostEvent, options: EmailOptions, opsUrl: string | undefined) {
  const letter = letterOf(event, { opsUrl });
  const own = options.text?.renderFrom(event);
  return {
    from: options.from.address,
    to: recipientsFrom(options, event).filter(Boolean),
    subject: subjectWords(options.subject?.renderFrom(event), letter, event),
    text: letterAsText(letter, own === undefined ? undefined : String(own)),
  };
}

function tokensOf({ oauth }: EmailOptions) {
  if (oauth === undefined) return undefined;
  const { tokenUrl: url, ...client } = oauth;
  const dispatcher = new Agent({ connect: { timeout: 5_000 }, allowH2: false });
  const fetchToken = clientCredentials({ dispatcher, url, ...client });
  const source: TokenSource = createTokenSource({ fetchToken });
  return { source, close: () => dispatcher.destroy() };
}
