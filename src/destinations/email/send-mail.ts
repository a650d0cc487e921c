import { createHash } from "node:crypto";
import { type Delivered, DeliveryError, type Link } from "../../contracts.ts";
import { redactAnswer } from "../redact-answer.ts";
import { maskedAddress } from "./addresses.ts";
import { composed } from "./compose.ts";
import { type FailureParts, isPutOff, type SmtpError, smtpFailure } from "./failure.ts";
import { replyOf, type Sent, type Smtp } from "./smtp.ts";
import { withThread } from "./thread.ts";
import { withinReach } from "./utf8.ts";
import type { Writing, Written } from "./write-mail.ts";

/** Those who are put off while others have the mail are tried again, but the conversation waits no longer for them. */
const mostDeferredMs = 30 * 60_000;

/** Of a mail that some have: who is left, since when, and who was refused. */
interface Remainder {
  readonly id: string;
  readonly since: string;
  readonly left: ReadonlySet<string>;
  readonly refused: string;
}

/**
 * Sends it to all who do not have it yet. Who is put off while others have it is remembered before the mail counts as put off, so that
 * nobody gets it twice for another's sake.
 */
export async function sendMail(
  smtp: Smtp,
  writing: Writing,
  { mail: whole, key, thread }: Written,
  signal: AbortSignal,
): Promise<Delivered> {
  const { context, options, event } = writing;
  const parts: FailureParts = { event, signal, secrets: options.secrets };
  const { mail, beyond } = await withinReach(smtp, whole, parts);
  const before = remainderIn(context.link, mail.messageId);
  const all = [...mail.to, ...mail.cc].map(({ address }) => address);
  const to = before ? all.filter((address) => before.left.has(hashOf(address))) : all;
  const done = (words: string): Delivered => {
    const answer = [before?.refused, words].filter(Boolean).join("; ").slice(0, 500);
    return { remoteId: mail.messageId, link: withThread(context.link, key, thread), answer };
  };
  if (to.length === 0) return done("250: all have it");
  const since = before?.since ?? new Date().toISOString();
  const message = await composed(mail);
  const envelope = { from: options.from.address, to, size: message.length };
  const answered = await smtp.send(envelope, message, signal).catch((error: unknown) => {
    const failure = smtpFailure(error, parts);
    if (before === undefined) throw failure;
    return rejectionOf(error, failure, to);
  });
  const { rejectedErrors = [] } = answered;
  const sent = before ? answered : { ...answered, rejectedErrors: [...beyond, ...rejectedErrors] };
  const deferred = deferredBy(sent);
  if (deferred.length === 0 || isOverdue(since)) return done(answerOf(sent, parts));
  const left = new Set(deferred.map(hashOf));
  const refused = [before?.refused, ...refusedBy(sent)].filter(Boolean).join("; ").slice(0, 300);
  // The thread stays as it was: for those who are left this mail does not answer itself.
  const remainder = remainderAs({ id: mail.messageId, since, left, refused });
  await context.remember({ ...context.link, ...remainder });
  throw putOff(deferred, since);
}

function isOverdue(since: string): boolean {
  return Date.now() - Date.parse(since) >= mostDeferredMs;
}

/** It says nothing of the server, which took the mail for others. */
function putOff(addresses: readonly string[], since: string): DeliveryError {
  const waited = Date.now() - Date.parse(since);
  return new DeliveryError(
    "outage",
    `others have the mail; it is put off for ${namesOf(addresses)}`,
    {
      laneOnly: true,
      afterMs: waited < 60_000 ? 60_000 : 300_000,
    },
  );
}

function namesOf(addresses: readonly string[]): string {
  return addresses.map(maskedAddress).slice(0, 5).join(", ");
}

/** Of a mail that others have: to whom the server said no. Throws what is said of no recipient: an outage ends, and a login is mended. */
function rejectionOf(error: unknown, failure: DeliveryError, to: readonly string[]): Sent {
  if (failure.maybeDone || failure.verdict === "config") throw failure;
  const cause = (error as Error).cause as Partial<Sent> | undefined;
  if (cause?.rejectedErrors !== undefined) return { ...cause, response: "" };
  if (failure.verdict === "outage") throw failure;
  const responseCode = replyOf(cause) ?? 554;
  const refused = (recipient: string) =>
    Object.assign(new Error(failure.message), { responseCode, recipient });
  return { response: "", rejectedErrors: to.map(refused) };
}

function deferredBy({ rejectedErrors = [] }: Sent): string[] {
  return rejectedErrors.flatMap((error) =>
    isPutOff(error) && error.recipient !== undefined ? [error.recipient] : [],
  );
}

function refusedBy({ rejectedErrors = [] }: Sent): string[] {
  return rejectedErrors.filter((error) => !isPutOff(error)).map(wordsOf);
}

function wordsOf(error: SmtpError): string {
  const why = error.response?.startsWith("553 5.6.7") ? " (no SMTPUTF8)" : "";
  return `${replyOf(error) ?? "no"} for ${maskedAddress(error.recipient ?? "")}${why}`;
}

/** The server's words, and for whom it did not take the mail. */
function answerOf({ response = "", rejectedErrors = [] }: Sent, parts: FailureParts): string {
  const { event, secrets } = parts;
  const words = event === undefined ? "" : redactAnswer(response, event, secrets);
  return [...rejectedErrors.map(wordsOf), words].filter(Boolean).join("; ");
}

function remainderIn(link: Link | undefined, messageId: string): Remainder | undefined {
  const [id = "", since = "", left = "", ...refused] = (link?.["left"] ?? "").split(" ");
  if (id !== messageId) return undefined;
  return { id, since, left: new Set(left.split(",")), refused: refused.join(" ") };
}

function remainderAs({ id, since, left, refused }: Remainder): Link {
  return { left: [id, since, [...left].join(","), refused].join(" ") };
}

function hashOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 16);
}
