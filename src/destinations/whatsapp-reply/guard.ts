import type { DeliveryContact, Standing, WaypostEvent } from "../../contracts.ts";
import type { Job } from "./job.ts";

interface Judged {
  readonly job: Pick<Job, "purpose" | "until">;
  readonly standing: Pick<Standing, "heldBy" | "stopped">;
  readonly answered: WaypostEvent;
  /** undefined: the log has it no more. */
  readonly origin: WaypostEvent | undefined;
  readonly contact: Pick<DeliveryContact, "consent"> | undefined;
  readonly now: number;
}

/** Why nothing is written, in a sentence for people; undefined: nothing speaks against it. Pure. */
export function whyNot(judged: Judged): string | undefined {
  return whyNever(judged) ?? whyNotNow(judged);
}

/** What the event is: no moment changes that. */
function whyNever({ answered, origin }: Judged): string | undefined {
  const [own, first] = [answered, origin ?? answered];
  if (own.data.test || first.data.test) return "it is a test event";
  if (own.data.groupId !== undefined) return "it is of a group";
  if (own.data.supersededBy !== undefined) return "it was read again, as other events";
  for (const { type } of [own, first]) {
    const never = neverAnswered.find(([pattern]) => pattern.test(type));
    if (never !== undefined) return never[1];
  }
  if (answerable.test(own.type)) return undefined;
  return "such events are answered only by what a route emits of them";
}

/** Also where a route has derived something of it. */
const neverAnswered: readonly (readonly [RegExp, string])[] = [
  [/^whatsapp\.history\./, "it came with the history"],
  [/^whatsapp\.standby\./, "another app has the thread"],
  [/^whatsapp\.echo\./, "your side wrote it"],
  [/\.reaction$/, "reactions are not answered"],
];

/** What people say and do, and what routes or services tell of them. An edit, a deletion or a change of number asks nothing. */
const answerable =
  /^(whatsapp\.message\.(?!(edit|revoke|system|request_welcome)$)|whatsapp\.call\.|business\.)/;

function whyNotNow({ job, standing, answered, contact, now }: Judged): string | undefined {
  const { purpose, until } = job;
  if (until !== undefined && !(now <= until)) return "what it answers is too old";
  if (purpose === "consent") {
    const revoked = contact?.consent.marketing === "revoked" || standing.stopped;
    return revoked ? undefined : "they have taken their stop back";
  }
  if (standing.stopped || contact?.consent.stopped === true) return "they said stop";
  if (answered.type === "business.contact.erased") return "the contact is erased";
  if (standing.heldBy === "human") return "a human has the conversation";
  return standing.heldBy === "other" ? "another app has the conversation" : undefined;
}
