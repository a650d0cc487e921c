import type { Accounts, EventQuery, FlowRules, Standing, WaypostEvent } from "../../contracts.ts";
import { consentChange } from "../../event/consent.ts";
import type { Circumstances } from "./circumstances.ts";
import { holderOf } from "./conversation-state.ts";

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

/** As it is kept, or as the last that they wrote says, which `flows` may not have come to yet. */
async function hasStopped(
  { event, now, contact, newest }: Circumstances,
  { rules, accounts }: StandingParts,
): Promise<boolean> {
  if (rules.consent === undefined) return false;
  if ((await contact())?.consent.stopped === true) return true;
  const words = await newest(["whatsapp.message.*"], { to: now, limit: 10 });
  const all = [event, ...words].toSorted((a, b) =>
    a.data.receivedAt < b.data.receivedAt ? 1 : -1,
  );
  const said = all.map((each) => consentChange(each, rules.consent, accounts)?.stopped);
  return said.find((stopped) => stopped !== undefined) === true;
}
