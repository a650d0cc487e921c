import {
  type DeliveryContact,
  type DeliveryContext,
  DeliveryError,
  type Standing,
  type WaypostEvent,
} from "../../contracts.ts";
import { whyNot } from "./guard.ts";
import { type Job, jobOf, viaOf } from "./job.ts";
import type { ReplyOptions } from "./options.ts";
import { type Recipient, recipientOf } from "./recipient.ts";

/** What may be written, and to whom. */
export interface Prepared {
  readonly job: Job;
  readonly answered: WaypostEvent;
  readonly windowOpen: boolean;
  readonly recipient: Recipient;
  /** Of our number. */
  readonly phoneNumberId: string;
}

const lagMs = 2_000;

/** Answers with why nothing is written, where something speaks against it. Throws DeliveryError. */
export async function prepare(
  event: WaypostEvent,
  context: DeliveryContext,
  { options, now }: { readonly options: ReplyOptions; readonly now: number },
): Promise<Prepared | { readonly not: string }> {
  const via = viaOf(event);
  if (via !== undefined && via !== context.destination) {
    return { not: "another destination is asked for it" };
  }
  const job = jobOf(event, options);
  const standing = await standingOf(event, context, job);
  const contact = await context.contact();
  const { answered, origin } = standing;
  if (answered === undefined) return answeredIsAway(job, { standing, event, contact, now });
  const asked = asOf(job, context);
  const not = whyNot({ job: asked, standing, answered, origin, contact, now });
  if (not !== undefined) return { not };
  const recipient = recipientOf(event, contact);
  if (recipient === undefined) return { not: "it is about nobody who can be written to" };
  const { phoneNumberId } = event.data.account;
  if (phoneNumberId === undefined) return { not: "it names no number of yours to write from" };
  const { windowUntil } = standing;
  const windowOpen = windowUntil !== undefined && now < windowUntil;
  return { job, answered, windowOpen, recipient, phoneNumberId };
}

/** What a route answers is as late as the route may be, also where the engine lets a row through because an earlier outcome is unknown. */
export function asOf(
  { purpose, until: told }: Pick<Job, "purpose" | "until">,
  { replying }: Pick<DeliveryContext, "replying">,
): Pick<Job, "purpose" | "until"> {
  const until = told ?? replying?.until;
  return { purpose, ...(until !== undefined && { until }) };
}

/** The store may be a moment behind who asks. */
function answeredIsAway(
  job: Job,
  judged: {
    readonly standing: Standing;
    readonly event: WaypostEvent;
    readonly contact: DeliveryContact | undefined;
    readonly now: number;
  },
): { readonly not: string } {
  const not = whyNot({ ...judged, job, answered: judged.event, origin: undefined });
  if (not !== undefined) return { not };
  const words = "the log does not have the event that is answered yet";
  throw new DeliveryError("outage", words, { laneOnly: true, afterMs: lagMs });
}

/** Where nobody knows how the conversation stands nothing is sent, but it can be said what would be. */
export async function standingOf(
  event: WaypostEvent,
  { replying, shadow }: DeliveryContext,
  { answers }: Job,
): Promise<Standing> {
  if (replying !== undefined) return replying.standing(answers);
  if (!shadow) {
    throw new DeliveryError(
      "config",
      "whatsapp-reply writes to contacts: it takes no alerts and no reports",
    );
  }
  const open = { windowUntil: Number.POSITIVE_INFINITY, heldBy: undefined, stopped: false };
  return { answered: event, origin: event, ...open };
}
