import {
  type Delivered,
  type DeliveryContext,
  DeliveryError,
  type Reply,
  type WaypostEvent,
} from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import type { Log } from "../../support/log.ts";
import type { Api, Session } from "../http/api.ts";
import { throwIfAborted } from "../http/verdicts.ts";
import { type Choice, choose, type Outgoing, outgoingOf, saysNothing } from "./message.ts";
import type { ReplyOptions } from "./options.ts";
import { allow, fromLink, keptMs, type Sendings, sentUnder, toLink } from "./pace.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { callbackOf, deliveredAs, markRead, sendMessage } from "./send.ts";

export interface ReplyParts {
  readonly api: Api;
  readonly options: ReplyOptions;
  readonly clock: Clock;
  readonly log: Log;
}

type Attempt = readonly [event: WaypostEvent, context: DeliveryContext, signal: AbortSignal];

/** After an unknown outcome the log is asked for a status so often, and so long. */
const unknown = { everyMs: 30_000, forMs: 10 * 60_000 };

/** Guards, then one message. Throws DeliveryError. */
export async function deliverReply(
  [event, context, signal]: Attempt,
  parts: ReplyParts,
): Promise<Delivered> {
  throwIfAborted(signal);
  const prepared = await prepare(event, context, { ...parts, now: parts.clock.now() });
  if ("not" in prepared) return unwanted(prepared.not, context);
  const reply = await prepared.job.reply(context);
  const session = parts.api.session(event, context, signal);
  if (saysNothing(reply)) {
    const marked = await markAsRead(session, reply, prepared);
    if (!marked) return unwanted("there is nothing to mark as read", context);
    return { answer: context.shadow ? session.summary() : "marked as read" };
  }
  return write(event, { session, reply, prepared, context }, parts);
}

interface Call {
  readonly session: Session;
  readonly reply: Reply;
  readonly prepared: Prepared;
  readonly context: DeliveryContext;
}

async function write(event: WaypostEvent, call: Call, parts: ReplyParts): Promise<Delivered> {
  const { session, reply, prepared, context } = call;
  const choice = choose(reply, prepared.windowOpen);
  if (choice === undefined) {
    return unwanted("the customer service window is closed, and there is no template", context);
  }
  const outgoing = await outgoingFor(call, choice);
  const isAnother = context.after !== undefined || context.again !== undefined;
  const allowed = allow(fromLink(context.contactLink), {
    ...{ key: context.idempotencyKey, now: parts.clock.now(), choice },
    byBot: prepared.job.purpose === "bot",
    answers: isAnother ? undefined : prepared.answered.id,
    maxPerHour: parts.options.maxPerHour,
  });
  if ("skipped" in allowed) return unwanted(allowed.skipped, context);
  if ("afterMs" in allowed) throw tooFast(allowed.afterMs);
  await markAsRead(session, reply, prepared);
  const wamid = await sendRemembered(call, outgoing, allowed.remember);
  if (wamid === undefined) return { answer: session.summary() };
  if (allowed.silences) {
    parts.log.warn("a contact got as many replies as an hour allows: none for a day", {
      eventId: event.id,
    });
  }
  return delivered(event, { outgoing, context }, allowed.remember, wamid);
}

/** Whether an earlier attempt's message was sent: its statuses tell. Throws DeliveryError while that is not known. */
export async function findReply(
  [event, context]: Attempt,
  { options, clock }: ReplyParts,
): Promise<Delivered | undefined> {
  const { contactLink, idempotencyKey, replying } = context;
  const known = fromLink(contactLink);
  const own = sentUnder(known, idempotencyKey);
  // It was not called: the process ended before.
  if (own === undefined) return undefined;
  const wamid = await replying?.sentWith(callbackOf(idempotencyKey));
  if (wamid !== undefined) {
    const outgoing = await wordsOf(event, context, { options, now: own.at, choice: own.choice });
    return delivered(event, { outgoing, context }, known, wamid);
  }
  if (clock.now() < own.at + unknown.forMs) {
    throw new DeliveryError("outage", "it may have been sent: no status has come yet", {
      ...{ maybeDone: true, laneOnly: true, afterMs: unknown.everyMs },
    });
  }
  if (options.repeatsUnknown) return undefined;
  const words =
    "unknown: it may have been sent, and no status came within 10 minutes. Where the chat shows that it was not, send it: `waypost deliveries retry <id> --not-done`";
  throw new DeliveryError("refused", words, { maybeDone: true });
}

/** The call is known before it is made: who finds it later asks whether it had its effect. undefined in shadow. */
async function sendRemembered(
  { session, prepared, context }: Call,
  outgoing: Outgoing,
  sendings: Sendings,
): Promise<string | undefined> {
  const { idempotencyKey, contactLink } = context;
  const remember = (link: Sendings) =>
    context.remember(toLink(link), { scope: "contact", keepMs: keptMs });
  if (!context.shadow) {
    if (sentUnder(fromLink(contactLink), idempotencyKey)) await context.replying?.repeats();
    await remember(sendings);
  }
  try {
    const callback = callbackOf(idempotencyKey);
    return await sendMessage(session, outgoing, { ...prepared, callback });
  } catch (error) {
    const isKnown = error instanceof DeliveryError && !error.maybeDone;
    // As it was: an earlier one of this delivery, of which nothing is known, stays.
    if (isKnown) await remember(fromLink(contactLink));
    throw error;
  }
}

function delivered(
  event: WaypostEvent,
  {
    outgoing,
    context,
  }: { readonly outgoing?: Outgoing | undefined; readonly context: DeliveryContext },
  sendings: Sendings,
  wamid: string,
): Delivered {
  const { at = 0 } = sentUnder(sendings, context.idempotencyKey) ?? {};
  return deliveredAs(event, context, outgoing, { wamid, at, silentUntil: sendings.silentUntil });
}

/** As it was sent; undefined: it cannot be told any more. */
async function wordsOf(
  event: WaypostEvent,
  context: DeliveryContext,
  asked: {
    readonly options: ReplyOptions;
    readonly now: number;
    readonly choice: Choice;
  },
): Promise<Outgoing | undefined> {
  try {
    const prepared = await prepare(event, context, asked);
    if ("not" in prepared) return undefined;
    const reply = await prepared.job.reply(context);
    return await outgoingFor({ reply, prepared, context }, asked.choice);
  } catch (error) {
    if (error instanceof DeliveryError && error.verdict === "refused") return undefined;
    throw error;
  }
}

async function outgoingFor(
  { reply, prepared, context }: Omit<Call, "session">,
  choice: Choice,
): Promise<Outgoing> {
  const made = outgoingOf(reply, choice, reply.quote ? quotable(prepared) : undefined);
  const { ref, campaign, variant } = reply;
  const own = { ...(ref && { ref }), ...(campaign && { campaign }), ...(variant && { variant }) };
  const borne = await context.replying?.marks(prepared.job.answers);
  // A campaign of its own has variants of its own.
  const { variant: _, ...rest } = borne ?? {};
  return { ...made, marks: { ...(campaign === undefined ? borne : rest), ...own } };
}

/** Only what the contact wrote is quoted and marked as read. */
function quotable({ answered }: Prepared): string | undefined {
  const { type, data } = answered;
  return type.startsWith("whatsapp.message.") ? data.message?.id : undefined;
}

/** Whether there was something to mark. Throws DeliveryError, and then nothing is sent. */
async function markAsRead(
  session: Session,
  { read, typing = false }: Reply,
  prepared: Prepared,
): Promise<boolean> {
  const messageId = quotable(prepared);
  if (messageId === undefined || !(read || typing)) return false;
  const { phoneNumberId } = prepared;
  try {
    await markRead(session, { phoneNumberId, messageId, typing });
  } catch (error) {
    throw nothingSent(error);
  }
  return true;
}

/** A mark that may have been made is made again, and the message was not tried: nothing about it is unknown. */
function nothingSent(error: unknown): unknown {
  if (!(error instanceof DeliveryError)) return error;
  return new DeliveryError(error.verdict, error.message, {
    ...error,
    maybeDone: false,
    cause: error,
  });
}

function unwanted(why: string, { shadow }: Pick<DeliveryContext, "shadow">): Delivered {
  return shadow ? { answer: `would do nothing: ${why}` } : { skipped: why };
}

function tooFast(afterMs: number): DeliveryError {
  const words = "ten messages went to this contact within a minute, as many as Meta lets through";
  return new DeliveryError("outage", words, { laneOnly: true, afterMs });
}
