import { createHash } from "node:crypto";
import { type Delivered, DeliveryError, type Link } from "../../contracts.ts";
import { redactAnswer } from "../redact-answer.ts";
import { maskedAddress } from "./addresses.ts";
import { composed } from "./compose.ts";
import { type FailureParts, smtpFailure } from "./failure.ts";
import { replyOf, type Sent, type Smtp } from "./smtp.ts";
import { withThread } from "./thread.ts";
import type { Writing, Written } from "./write-mail.ts";

/** Those who are put off while others have the mail are tried again, but the conversation waits no longer for them. */
const mostDeferredMs = 30 * 60_000;

/** Of a mail that some have: who is left, and since when. */
interface Remainder {
  readonly id: string;
  readonly since: string;
  readonly left: ReadonlySet<string>;
}

/**
 * Sends it to all who do not have it yet. Who is put off while others have it is remembered before the mail counts as put off, so that
 * nobody gets it twice for another's sake.
 */
export async function sendMail(
  smtp: Smtp,
  writing: Writing,
  { mail, key, thread }: Written,
  signal: AbortSignal,
): Promise<Delivered> {
  const { context, options, event } = writing;
  const parts: FailureParts = { event, signal, secrets: options.secrets };
  const before = remainderIn(context.link, mail.messageId);
  const all = [...mail.to, ...mail.cc].map(({ address }) => address);
  const to = before ? all.filter((address) => before.left.has(hashOf(address))) : all;
  const link = withThread(context.link, key, thread);
  const done = (answer: string): Delivered => ({ remoteId: mail.messageId, link, answer });
  if (to.length === 0) return done("250: all have it");
  const since = before?.since ?? new Date().toISOString();
  const message = await composed(mail);
  const envelope = { from: options.from.address, to, size: message.length };
  let sent: Sent;
  try {
    sent = await smtp.send(envelope, message, signal);
  } catch (error) {
    const failure = smtpFailure(error, parts);
    if (!before || failure.maybeDone || failure.verdict === "config") throw failure;
    if (failure.verdict === "refused" || isOverdue(since)) return done(`250; ${failure.message}`);
    throw putOff(to, since);
  }
  const deferred = deferredBy(sent);
  if (deferred.length === 0 || isOverdue(since)) return done(answerOf(sent, parts));
  const left = new Set(deferred.map(hashOf));
  await context.remember({ ...link, ...remainderAs({ id: mail.messageId, since, left }) });
  throw putOff(deferred, since);
}

function isOverdue(since: string): boolean {
  return Date.now() - Date.parse(since) >= mostDeferredMs;
}

/** It says nothing of the server, which took the mail for others. */
function putOff(addresses: readonly string[], since: string): DeliveryError {
  const who = addresses.map(maskedAddress).slice(0, 5).join(", ");
  const waited = Date.now() - Date.parse(since);
  return new DeliveryError("outage", `others have the mail; it is put off for ${who}`, {
    laneOnly: true,
    afterMs: waited < 60_000 ? 60_000 : 300_000,
  });
}

function deferredBy({ rejectedErrors = [] }: Sent): string[] {
  return rejectedErrors.flatMap((error) =>
    (replyOf(error) ?? 500) < 500 && error.recipient !== undefined ? [error.recipient] : [],
  );
}

/** The server's words, and for whom it did not take the mail. */
function answerOf({ response = "", rejectedErrors = [] }: Sent, parts: FailureParts): string {
  const refused = rejectedErrors.map(
    (error) => `${replyOf(error) ?? "no"} for ${maskedAddress(error.recipient ?? "")}`,
  );
  const { event, secrets } = parts;
  const words = event === undefined ? "" : redactAnswer(response, event, secrets);
  return [...refused, words].join("; ").slice(0, 500);
}

function remainderIn(link: Link | undefined, messageId: string): Remainder | undefined {
  const [id = "", since = "", left = ""] = (link?.["left"] ?? "").split(" ");
  return id === messageId ? { id, since, left: new Set(left.split(",")) } : undefined;
}

function remainderAs({ id, since, left }: Remainder): Link {
  return { left: [id, since, [...left].join(",")].join(" ") };
}

function hashOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 16);
}
