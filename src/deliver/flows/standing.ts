import type { Accounts, EventQuery, FlowRules, Standing, WaypostEvent } from "../../contracts.ts";
import { consentChange } from "../../event/consent.ts";
import { type Circumstances, holderOf } from "./circumstances.ts";

interface StandingParts {
  readonly query: Pick<EventQuery, "event">;
  readonly rules: FlowRules;
  readonly accounts: Accounts;
}

/** Routes derive no deeper. */
const mostSteps = 10;

/** What a reply depends on, now. `answers`: the id of the event that is answered. */
export async function standingOf(
  about: Circumstances,
  answers: string,
  parts: StandingParts,
): Promise<Standing> {
  const { event } = about;
  const answered = answers === event.id ? event : await parts.query.event(answers);
  const heldBy = await holderOf(about, [event.id, answers], parts.rules);
  return {
    answered,
    origin: answered && (await originOf(answered, parts.query)),
    windowUntil: await about.windowUntil(),
    heldBy,
    stopped: await hasStopped(about, parts),
  };
}

/** undefined: the log does not have all that lies between. */
async function originOf(
  event: WaypostEvent,
  query: StandingParts["query"],
): Promise<WaypostEvent | undefined> {
  let at: WaypostEvent | undefined = event;
  for (let step = 0; step < mostSteps && at?.data.derived !== undefined; step += 1) {
    at = await query.event(at.data.derived.from);
  }
  return at;
}

/**
 * By what they said last, by their own clock: as it is kept, of all our numbers, or in this conversation, where `flows` may not have come to
 * it yet.
 */
async function hasStopped(
  { event, now, contact, newest }: Circumstances,
  { rules, accounts }: StandingParts,
): Promise<boolean> {
  const { stopped = false, at: keptAt = "" } = (await contact())?.consent ?? {};
  if (rules.consent === undefined) return stopped;
  const words = await newest(["whatsapp.message.*"], { to: now, limit: 10 });
  const said = [event, ...words]
    .toSorted((a, b) => (a.data.receivedAt < b.data.receivedAt ? 1 : -1))
    .map((each) => consentChange(each, rules.consent, accounts))
    .filter((change) => change?.stopped !== undefined)
    // Of one moment, what was received last.
    .toSorted((a, b) => ((a?.at ?? "") < (b?.at ?? "") ? 1 : -Number(a?.at !== b?.at)));
  const [last] = said;
  if (last === undefined || keptAt >= last.at) return stopped;
  return last.stopped === true;
}
