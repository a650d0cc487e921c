import type { DeliveryContact, GuardAnswer, Standing, WaypostEvent } from "../../contracts.ts";
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

type Guard = "event" | "age" | "stop" | "holder";

/** In the order in which they are asked. Each says why nothing is written, in a sentence for people. */
const guards: readonly (readonly [name: Guard, whyNot: (judged: Judged) => string | undefined])[] =
  [
    ["event", whyNever],
    ["age", whyTooOld],
    ["stop", whyStopped],
    ["holder", whyHeld],
  ];

/** Why nothing is written; undefined: nothing speaks against it. Pure. */
export function whyNot(judged: Judged): string | undefined {
  for (const [, why] of guards) {
    const words = why(judged);
    if (words !== undefined) return words;
  }
  return undefined;
}

/** What each of them says. Pure. */
export function judgeEach(judged: Judged): GuardAnswer[] {
  return guards.map(([guard, why]) => {
    const says = why(judged);
    return { guard, allows: says === undefined, ...(says !== undefined && { says }) };
  });
}

/** What the event is: no moment changes that. */
function whyNever({ answered, origin }: Judged): string | undefined {
  const [own, first] = [answered, origin ?? answered];
  if (own.data.test || first.data.test) return "it is a test event";
  if (own.data.groupId !== undefined) return "it is of a group";
  if (own.data.renormalized || first.data.renormalized)
    return "it was read only later, not as it came";
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

function whyTooOld({ job: { until }, now }: Judged): string | undefined {
  return until === undefined || now <= until ? undefined : "what it answers is too old";
}

function whyStopped({ job, standing, answered, contact }: Judged): string | undefined {
  if (job.purpose === "consent") {
    const revoked = contact?.consent.marketing === "revoked" || standing.stopped;
    return revoked ? undefined : "they have taken their stop back";
  }
  if (standing.stopped) return "they said stop";
  return answered.type === "business.contact.erased" ? "the contact is erased" : undefined;
}

/** Who says stop is told so, whoever has the conversation. */
function whyHeld({ job, standing: { heldBy } }: Judged): string | undefined {
  if (job.purpose === "consent" || heldBy === undefined) return undefined;
  return heldBy === "human" ? "a human has the conversation" : "another app has the conversation";
}
