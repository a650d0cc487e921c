import { DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { transportError } from "../http/verdicts.ts";
import { redactAnswer } from "../redact-answer.ts";
import { maskedAddress } from "./addresses.ts";
import { replyOf, SmtpFailure } from "./smtp.ts";

/** What nodemailer tells of a failure. */
export interface SmtpError {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  /** Which command the answer was to. */
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
}

export interface FailureParts {
  /** What is not to be repeated; undefined: there is none. */
  readonly event: WaypostEvent | undefined;
  readonly signal: AbortSignal;
  readonly secrets: readonly string[];
}

/** The server would not take so large a mail, or the files in it. */
export class TooMuchError extends DeliveryError {}

/** Quotas of a day: Gmail, Microsoft 365. */
const quotas = new Set(["5.4.5", "5.1.90"]);
const quotaMs = 60 * 60_000;
/** Quotas that have no code of their own: shared hosts, Yahoo, OVH. */
const quotaWords =
  /\b(sending|outgoing|outbound|hourly|daily)\b.*\b(limit|quota)\b|\b(limit|quota)\b.*\boutgoing\b|\bexceeded\b.*\bper (hour|day)\b/i;
/** Of `from`: Microsoft 365's words for a login that may not send as it, and an address that is none (RFC 3463). */
const otherSenders = new Set(["5.7.60", "5.2.252", "5.1.7", "5.1.8"]);
const tooLarge = new Set(["5.3.4", "5.2.3"]);
/** Of a recipient, and it passes: a full mailbox; Microsoft 365's limits of what one takes an hour. */
const passing = new Set(["5.2.2", "5.2.121", "5.2.122"]);
/** The same of servers that give it no code of its own. */
const fullWords =
  /\b(mailbox|inbox|maildir)\b.*\b(full|quota|exceeded|out of storage)\b|\b(user|recipient|account)\b.*\b(over|disk) ?quota\b/i;
/** Of a recipient (RFC 3463; Postfix and Exchange have others for senders): unknown, moved, disabled; Microsoft's for who may write to whom. */
const ofRecipient = /^5\.(1\.([1-6]|10)|2\.[14]|7\.1(2[4-9]|3[0-6]))$/;

/** Any failure of a mail as a DeliveryError. An answer that is no says that nothing was done, whenever it comes. */
export function smtpFailure(thrown: unknown, parts: FailureParts): DeliveryError {
  const complete = thrown instanceof SmtpFailure && thrown.complete;
  const error = thrown instanceof SmtpFailure ? thrown.cause : thrown;
  if (error instanceof DeliveryError) return error;
  const smtp = (error ?? {}) as SmtpError;
  const reply = replyOf(error);
  if (reply === undefined) return withoutAnswer(smtp, error, { complete, parts });
  const worst = smtp.rejectedErrors?.find((each) => replyOf(each) === reply) ?? smtp;
  return ofAnswer({ ...smtp, ...worst, reply }, parts);
}

function withoutAnswer(
  { code, originalCode, command }: SmtpError,
  cause: unknown,
  { complete, parts }: { readonly complete: boolean; readonly parts: FailureParts },
): DeliveryError {
  if (code === "EMESSAGE" && command === "MAIL FROM") {
    return new TooMuchError("refused", "the mail server takes no mail of this size");
  }
  if (code === "EAUTH") return config("the mail server takes no login of the kinds it may have");
  const { signal } = parts;
  const root = Object.assign(new Error("connection"), { code: originalCode ?? code ?? "" });
  const { message } = transportError(root, signal);
  const words = silences[code ?? ""] ?? message;
  return new DeliveryError("outage", signal.aborted ? message : words, {
    maybeDone: complete,
    cause,
  });
}

const silences: Readonly<Record<string, string>> = {
  ETIMEDOUT: "the mail server does not answer in time",
  ECONNECTION: "the connection was closed before an answer",
};

type Answer = SmtpError & { readonly reply: number };

function enhancedIn({ response = "" }: SmtpError): string | undefined {
  return /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
}

/**
 * Later it may be taken. A full mailbox passes, though its code is a permanent one; so does 552 to a recipient, which is one of too
 * many too (RFC 5321, 4.5.3.1.10).
 */
export function isPutOff(error: SmtpError): boolean {
  const reply = replyOf(error) ?? 500;
  const enhanced = enhancedIn(error) ?? "";
  if (reply < 500 || passing.has(enhanced)) return true;
  if (error.command !== "RCPT TO" || tooLarge.has(enhanced)) return false;
  // Not in an address: `full.quota@acme.example`.
  const words = (error.response ?? "").replace(/\S+@\S+/g, "");
  return reply === 552 || (enhanced === "" && fullWords.test(words));
}

function ofAnswer(answer: Answer, { event, secrets }: FailureParts): DeliveryError {
  const { reply, response = "", command = "" } = answer;
  const enhanced = enhancedIn(answer);
  const code = [reply, enhanced].filter(Boolean).join(" ");
  const kept = event ? { answer: redactAnswer(response, event, secrets) } : {};
  if (isPutOff(answer)) {
    return new DeliveryError("outage", `the mail server puts it off (${code})`, kept);
  }
  if (isQuota(answer, enhanced)) {
    const words = `the mail server has taken as much as it takes a day (${code})`;
    return new DeliveryError("outage", words, { ...kept, afterMs: quotaMs, limited: true });
  }
  const words = remedyFor(answer, enhanced);
  if (words !== undefined) return config(`the mail server ${words} (${code})`, kept);
  if (reply === 552 || tooLarge.has(enhanced ?? "")) {
    return new TooMuchError(
      "refused",
      `the mail server takes no mail of this size (${code})`,
      kept,
    );
  }
  if (command === "DATA") {
    return new TooMuchError("refused", `the mail server refuses the mail (${code})`, kept);
  }
  const who = answer.recipient === undefined ? "the mail" : maskedAddress(answer.recipient);
  return new DeliveryError("refused", `the mail server refuses ${who} (${code})`, kept);
}

/** However the words read: "user unknown in relay recipient table", "the account that you tried to reach is disabled". */
function isOfRecipient({ command = "", response = "" }: Answer, enhanced: string): boolean {
  if (command !== "RCPT TO" && command !== "DATA") return false;
  return ofRecipient.test(enhanced) || /RESOLVER\.(RST|ADR)\./.test(response);
}

function isQuota(answer: Answer, enhanced = ""): boolean {
  if (isOfRecipient(answer, enhanced)) return false;
  return quotas.has(enhanced) || quotaWords.test(answer.response ?? "");
}

interface Judged {
  readonly answer: Answer;
  readonly enhanced: string;
  readonly response: string;
  readonly command: string;
}

/** What only an operator can mend, the first that fits. */
const remedies: readonly (readonly [(judged: Judged) => boolean, string])[] = [
  [
    ({ answer }) => answer.code === "ETLS",
    "offers no STARTTLS: use smtps://, or requireTls: false inside",
  ],
  [
    ({ response }) =>
      /(basic ?authentication|SmtpClientAuthentication) is disabled/i.test(response),
    "takes no passwords: allow SMTP AUTH for the mailbox, and set oauth",
  ],
  [
    ({ answer, command }) => [534, 535, 538].includes(answer.reply) || command.startsWith("AUTH"),
    "refuses the login: check user and password in smtp (Gmail wants an app password)",
  ],
  [
    ({ answer, response }) => answer.reply === 530 && /tls|encrypt/i.test(response),
    "wants TLS: set requireTls: true",
  ],
  [
    ({ answer, response }) =>
      answer.reply === 530 || /\bauth\w* (is )?(required|first)\b/i.test(response),
    "wants a login: set user and password in smtp",
  ],
  [isOfHost, "does not let Waypost in: check the address, and whether it knows this host"],
  [
    ({ enhanced }) => /^5\.7\.2\d$/.test(enhanced),
    "does not believe the sender: check SPF, DKIM and DMARC of the domain in from",
  ],
  [isOfSender, "refuses the sender: from must be an address that this login may send as"],
  [
    ({ response }) => accountWords.test(response),
    "does not let this account send: see what its provider still wants",
  ],
  [
    ({ response }) => relayWords.test(response),
    "does not send to others for this login: check user and host",
  ],
];

/** A provider's account or domain that is not ready or was stopped; without "your" it may be a recipient's. */
const accountWords =
  /\b(your|smtp|sending)( \w+)? (account|tenant|domain)\b.*\b(not|unverified|pending|suspended|disabled|deactivated|paused|blocked)\b|\baccount (is |has )?(not (yet )?(been )?approved|pending approval)\b|\bsending (is |has been )?paused\b|\bdomain\b.*\bnot allowed to send\b|\btenant has exceeded\b/i;
/** Not in a name: `<relay@acme.example>`, `relay.acme.example`; nor in Postfix's words for its table of recipients. */
const relayWords =
  /(?<![\w.@-])(mail )?relay(ing)?(?![\w.@-]*[@.-]\w| recipient table)|allowed rcpthosts|not authorized to perform/i;

/** Most servers greet whomever, and refuse a host only where it names a recipient. */
function isOfHost({ enhanced, response, command }: Judged): boolean {
  if (["CONN", "EHLO", "HELO"].includes(command) || enhanced === "5.7.25") return true;
  return /helo command rejected|client host .*\b(rejected|blocked)|banned sending|from this ip\b/i.test(
    response,
  );
}

function isOfSender({ answer, enhanced, response, command }: Judged): boolean {
  if (otherSenders.has(enhanced)) return true;
  if (command === "MAIL FROM") return answer.reply !== 552 && !tooLarge.has(enhanced);
  if (/sender (address )?rejected|sender verify failed/i.test(response)) return true;
  return command === "DATA" && /not verified|send ?as/i.test(response);
}

/** undefined: it concerns this mail. */
function remedyFor(answer: Answer, enhanced = ""): string | undefined {
  const { response = "", command = "" } = answer;
  if (isOfRecipient(answer, enhanced)) return undefined;
  const judged = { answer, enhanced, response, command };
  return remedies.find(([fits]) => fits(judged))?.[1];
}

function config(message: string, details: { answer?: string } = {}): DeliveryError {
  return new DeliveryError("config", message, details);
}
