import {
  type DeliveryContext,
  DeliveryError,
  type GuardAnswer,
  type Reply,
  type WaypostEvent,
} from "../../contracts.ts";
import { judgeEach } from "./guard.ts";
import { type Job, jobOf } from "./job.ts";
import { choose, outgoingOf, saysNothing } from "./message.ts";
import type { ReplyOptions } from "./options.ts";
import { type Allowed, allow, fromLink } from "./pace.ts";
import { asOf, standingOf } from "./prepare.ts";
import { recipientOf } from "./recipient.ts";

interface Parts {
  readonly options: ReplyOptions;
  readonly now: number;
}

/** What each guard says as things stand, in the order in which `deliver` asks them. Sends nothing. Throws DeliveryError. */
export async function guardsOf(
  event: WaypostEvent,
  context: DeliveryContext,
  parts: Parts,
): Promise<GuardAnswer[]> {
  const job = jobOf(event, parts.options);
  const [standing, contact] = [await standingOf(event, context, job), await context.contact()];
  const { answered, origin, windowUntil = 0 } = standing;
  if (answered === undefined) return [no("event", "the log does not have what is answered")];
  const judged = { job: asOf(job, context), standing, contact };
  const judgedNow = judgeEach({ ...judged, answered, origin, now: parts.now });
  const isSomebody = recipientOf(event, contact) !== undefined;
  const recipient = isSomebody ? yes("recipient") : no("recipient", "nobody can be written to");
  return [
    ...judgedNow,
    recipient,
    ...(await judgeMessage(job, { windowUntil, answers: answered.id, context }, parts)),
  ];
}

async function judgeMessage(
  job: Job,
  asked: {
    readonly windowUntil: number;
    readonly answers: string;
    readonly context: DeliveryContext;
  },
  parts: Parts,
): Promise<GuardAnswer[]> {
  const { context, windowUntil } = asked;
  try {
    const reply = await job.reply(context);
    const choice = choose(reply, parts.now < windowUntil);
    const window = judgeWindow(reply, windowUntil, parts.now);
    if (choice === undefined) return [yes("message"), window];
    outgoingOf(reply, choice, undefined);
    const isAnother = context.after !== undefined || context.again !== undefined;
    const wanted = {
      ...{ key: context.idempotencyKey, now: parts.now, choice },
      ...{ byBot: job.purpose === "bot", maxPerHour: parts.options.maxPerHour },
    };
    const sendings = fromLink(context.contactLink);
    const pace = allow(sendings, { ...wanted, answers: undefined });
    const answers = isAnother ? undefined : asked.answers;
    const once = "skipped" in pace ? pace : allow(sendings, { ...wanted, answers });
    const isOnce = "skipped" in pace || !("skipped" in once);
    return [
      ...[yes("message"), window, inWords("pace", pace)],
      isOnce ? yes("once") : inWords("once", once),
    ];
  } catch (error) {
    if (error instanceof DeliveryError && error.verdict === "refused") {
      return [no("message", error.message)];
    }
    throw error;
  }
}

function judgeWindow(reply: Reply, until: number, now: number): GuardAnswer {
  if (saysNothing(reply)) return yes("window", "it says nothing, and marks as read alone");
  if (now < until) return yes("window", `open until ${new Date(until).toISOString()}`);
  if (reply.template !== undefined) return yes("window", "closed: the template is sent");
  return no("window", "the customer service window is closed, and there is no template");
}

function inWords(guard: string, allowed: Allowed): GuardAnswer {
  if ("skipped" in allowed) return no(guard, allowed.skipped);
  if (!("afterMs" in allowed)) return yes(guard);
  return yes(guard, `in ${Math.ceil(allowed.afterMs / 1_000)} s: ten went within a minute`);
}

function yes(guard: string, says?: string): GuardAnswer {
  return { guard, allows: true, ...(says !== undefined && { says }) };
}

function no(guard: string, says: string): GuardAnswer {
  return { guard, allows: false, says };
}
