import { createHash } from "node:crypto";
import { isOpen } from "../../contracts/business-hours.ts";
import {
  type Accounts,
  type Change,
  type Contact,
  DeliveryError,
  type FlowRules,
  type RawChange,
  requestReply,
  type Scalar,
  toChange,
  type WaypostEvent,
} from "../../contracts.ts";
import { type ConsentChange, consentChange } from "../../event/consent.ts";
import { derivedEvent } from "../../event/derived-event.ts";
import { hashId } from "../../event/hash-id.ts";
import { setAskedBy } from "../../event/own-types.ts";
import { misfitsOfSet } from "../../event/set-schema.ts";
import type { KeyedMutex } from "../../support/keyed-mutex.ts";
import type { Template } from "../../support/template.ts";
import type { Circumstances, FlowMemory } from "./circumstances.ts";
import { renderOf, type ScopeParts, scopeOf } from "./surroundings.ts";

interface SetParts {
  readonly rules: FlowRules;
  readonly memory: Pick<FlowMemory, "contacts">;
  readonly now: () => number;
}

/** As the configuration allows. */
const mostTopicLength = 200;

/** Carries out what a route's `set` says, with its templates rendered. */
export async function change(
  { tag, owner }: Change,
  {
    fields,
    topic,
  }: { readonly fields: Record<string, Scalar>; readonly topic: string | undefined },
  about: Circumstances,
  { fence, ...parts }: SetParts & { readonly fence: number },
): Promise<void> {
  const { contacts } = parts.memory;
  const { conversationId } = about.event.data;
  if (topic !== undefined && conversationId !== undefined) {
    await contacts.setTopic(conversationId, topic, { event: about.event.id, fence });
  }
  const changes = tag !== undefined || owner !== undefined || Object.keys(fields).length > 0;
  const contact = changes ? await about.contact() : undefined;
  if (contact === undefined) return;
  const picked = owner && pick(owner.pool, contact, parts);
  await contacts.change(contact.id, {
    fence,
    ...(tag && { addTags: tag.add, removeTags: tag.remove }),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(picked && { owner: { ...picked, unlessOwned: true } }),
  });
}

/** A text without content is none: the conversation stays about what it was about. */
export function topicOf(rendered: unknown): string | undefined {
  if (rendered === null || rendered === undefined) return undefined;
  const text = typeof rendered === "object" ? JSON.stringify(rendered) : String(rendered);
  return [...text.trim()].slice(0, mostTopicLength).join("") || undefined;
}

/** What is no scalar is kept as JSON. */
export function scalars(rendered: unknown): Record<string, Scalar> {
  return Object.fromEntries(
    Object.entries(rendered as Record<string, unknown>).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null ? JSON.stringify(value) : (value as Scalar),
    ]),
  );
}

/** By the contact's hash among those on duty; where nobody is, among all. */
function pick(pool: string, { id }: Contact, { rules, now }: SetParts) {
  const members = rules.pools[pool] ?? [];
  const onDuty = members.filter(({ hours }) => {
    const open = hours === undefined ? undefined : rules.hours[hours];
    return open === undefined || isOpen(open, new Date(now()));
  });
  const choice = onDuty.length > 0 ? onDuty : members;
  const member = choice[createHash("sha256").update(id).digest().readUInt32BE() % choice.length];
  return member && { pool, name: member.name };
}

/** Carries out what a bot wants set, which is no template. Throws DeliveryError for what is no `set`. */
export async function setAsAsked(
  about: Circumstances,
  parts: Parameters<typeof change>[3],
): Promise<void> {
  const set = setAskedBy(about.event);
  if (set === undefined) return;
  if (misfitsOfSet(set).length > 0) {
    throw new DeliveryError("refused", "what it asks to be set is not as a route's `set`");
  }
  const { field = {}, topic, ...asked } = toChange(set as RawChange);
  checkPool(asked.owner?.pool, parts.rules);
  await change(asked, { fields: scalars(field), topic: topicOf(topic) }, about, parts);
}

function checkPool(pool: string | undefined, { pools }: FlowRules): void {
  if (pool === undefined || Object.hasOwn(pools, pool)) return;
  throw new DeliveryError("refused", "it asks for an owner of a pool that is not in waypost.yaml");
}

interface ConsentParts {
  readonly rules: FlowRules;
  readonly accounts: Accounts;
  readonly memory: Pick<FlowMemory, "contacts">;
  readonly now: () => number;
  /** By contact: one person may say stop to two of our numbers at once. */
  readonly consentsInTurn: KeyedMutex;
}

/** What the event changed of its contact's consent. */
interface ConsentNews {
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

/** `consent.confirm`, compiled. */
export interface Confirmation {
  readonly text: Template;
  readonly via: string;
}

/**
 * Asks for the one reply that reaches who has said stop. Its id follows from the person and the moment, not from the message: two
 * messages of one second, or one that came on two ways, are one stop. Throws DeliveryError.
 */
export async function confirmStop(
  { text, via }: Confirmation,
  { contactId, at }: NonNullable<ConsentNews["stop"]>,
  about: Circumstances,
  parts: ScopeParts & { readonly now: () => number },
): Promise<WaypostEvent[]> {
  const names = new Set(text.variables.map(({ name }) => name));
  const said = renderOf("consent.confirm", text, await scopeOf(names, "", about, parts));
  const words = String(said ?? "").trim();
  if (words === "") return [];
  const made = requestReply({
    ...{ source: about.event, route: "consent", key: "consent.confirm", at: new Date(parts.now()) },
    ...{ via, purpose: "consent", reply: { text: words } },
  });
  return [{ ...made, id: hashId("evt_", ["consent.confirm", contactId, at]) }];
}

/** undefined: nothing is to be confirmed. */
export function confirmationOf(
  { consent }: Pick<FlowRules, "consent">,
  compile: (text: string) => Template,
): Confirmation | undefined {
  const { confirm, via } = consent ?? {};
  return confirm === undefined || via === undefined ? undefined : { text: compile(confirm), via };
}
