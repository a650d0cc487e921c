import type { Accounts, Contact, FlowRules, WaypostEvent } from "../../contracts.ts";
import { type ConsentChange, consentChange } from "../../event/consent.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { hashId } from "../../event/hash-id.ts";
import type { KeyedMutex } from "../../support/keyed-mutex.ts";
import type { Circumstances, FlowMemory } from "./circumstances.ts";

export interface ConsentParts {
  readonly rules: FlowRules;
  readonly accounts: Accounts;
  readonly memory: Pick<FlowMemory, "contacts">;
  readonly now: () => number;
  /** By contact: one person may say stop to two of our numbers at once. */
  readonly consentsInTurn: KeyedMutex;
}

/** What the event changed of its contact's consent. */
export interface ConsentNews {
  /** `business.consent.revoked` or `granted`, when offers are concerned. */
  readonly told?: WaypostEvent;
  /** Who has said stop by a word, and when. */
  readonly stop?: { readonly contactId: string; readonly at: string };
}

/**
 * Keeps what the event says of its contact's consent, where the configuration has `consent`. What is news was changed by it, or
 * was said in the same moment: a delivery that ended in between tells it again, by the same id.
 */
export async function applyConsent(
  { event, contact }: Circumstances,
  parts: ConsentParts,
): Promise<ConsentNews> {
  const { rules, accounts } = parts;
  if (rules.consent === undefined || event.data.test) return {};
  const said = consentChange(event, rules.consent, accounts);
  if (said === undefined) return {};
  const known = await contact();
  if (known === undefined) return {};
  // Most messages say no more than that somebody writes.
  if (said.marketing === undefined && known.consent.stopped !== true) return {};
  return parts.consentsInTurn.run([known.id], () => keep(event, said, parts));
}

async function keep(
  event: WaypostEvent,
  said: ConsentChange,
  { memory, now }: ConsentParts,
): Promise<ConsentNews> {
  const before = await memory.contacts.of(event);
  if (before === undefined) return {};
  const { marketing, stopped, at } = said;
  const change = {
    ...(marketing !== undefined && { marketing }),
    ...(stopped !== undefined && { stopped }),
    at,
  };
  const after = await memory.contacts.change(before.id, { consent: change });
  if (after === undefined) return {};
  const isTold = marketing !== undefined && isNews(said, before, after);
  return {
    ...(isTold && { told: told(event, said, marketing, new Date(now())) }),
    ...(stops(said, before, after) && { stop: { contactId: after.id, at } }),
  };
}

function isNews({ marketing, at }: ConsentChange, before: Contact, after: Contact): boolean {
  const stands = (after.consent.marketing ?? "granted") === marketing;
  if (!stands) return false;
  const changed = before.consent.marketing !== after.consent.marketing;
  return changed || before.consent.at === at;
}

/** Who has stopped already, and says so again, says nothing new. */
function stops({ stopped, at }: ConsentChange, before: Contact, after: Contact): boolean {
  if (stopped !== true || after.consent.stopped !== true) return false;
  return before.consent.stopped !== true || before.consent.at === at;
}

/** Of a person's words no more than the word of the configuration. */
function told(
  source: WaypostEvent,
  { word }: ConsentChange,
  marketing: "revoked" | "granted",
  at: Date,
): WaypostEvent {
  const event = derivedEvent({
    source,
    route: "consent",
    type: `business.consent.${marketing}`,
    data: word === undefined ? { by: "preference" } : { by: "word", word },
    at,
  });
  // A route may have the same name.
  return { ...event, id: hashId("evt_", ["consent", source.id]) };
}
