import type { Claim, Ledger, Once } from "../../contracts.ts";
import { sentTypes } from "./about.ts";
import type { Circumstances } from "./circumstances.ts";
import { cameLater, receivedAt } from "./order.ts";

/** A claim that ends with its conversation, or with an answer, is forgotten after this at the latest. */
const longestMs = 400 * 24 * 60 * 60 * 1_000;
/** Deliveries of the same time may ask so much later: the log keeps what they are about for so long. */
const longestBehindMs = 30 * 24 * 60 * 60 * 1_000;
/** More colliding deliveries than there are in a holder. */
const maxRounds = 20;

/** Which delivery asks, of which route. */
export interface Claimant {
  /** Its row's id. */
  readonly id: string;
  readonly destination: string;
  readonly route: string;
  readonly once: Once;
}

type ClaimsOf = Pick<Ledger, "aliases" | "claims" | "claim">;

/** It was told so before: whatever else its route asks was answered then, and is not asked again. */
export async function isClaimed(
  claimant: Claimant,
  about: Circumstances,
  ledger: ClaimsOf,
): Promise<boolean> {
  const standing = await ledger.claims(await keysOf(claimant, about, ledger));
  return standing.some(({ by }) => by === claimant.id);
}

/**
 * Whether this delivery is the one: it was the first to ask, or what it is once for is over since. Asked again, it is told
 * the same. An event that is about nobody is always the one.
 */
export async function isTheOne(
  claimant: Claimant,
  about: Circumstances,
  ledger: ClaimsOf,
): Promise<boolean> {
  const keys = await keysOf(claimant, about, ledger);
  const [own] = keys;
  if (own === undefined) return true;
  const at = receivedAt(about.event);
  const expireAt = expiry(claimant.once, Math.max(at, about.now));
  const happened = Date.parse(about.event.time);
  const time = Number.isNaN(happened) ? iso(at) : iso(happened);
  const { conversationId: conversation } = about.event.data;
  const place = conversation !== undefined && { conversation };
  const claim = { by: claimant.id, at: iso(at), time, expireAt, ...place };
  for (let round = 0; round < maxRounds; round += 1) {
    const found = await Promise.all(keys.map((key) => ledger.claims([key])));
    const standing = found.flat();
    if (standing.some(({ by }) => by === claimant.id)) return true;
    const [newest] = standing.toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
    if (newest !== undefined && !(await isOver(newest, claimant.once, about))) return false;
    // What is over under another id may leave an older one standing here.
    if (await ledger.claim(own, claim, found[0]?.[0])) return true;
  }
  return false;
}

/** The one to take first; where a person has several conversations with a number, whichever of them it was taken for counts. */
async function keysOf(
  { destination, route, once }: Claimant,
  { event, contact }: Circumstances,
  ledger: Pick<Ledger, "aliases">,
): Promise<readonly string[]> {
  const key = (of: string) => `${route}:${destination}:${of}`;
  if (once.per === "contact") {
    const person = await contact();
    return person === undefined ? [] : [person.id, ...(person.formerIds ?? [])].map(key);
  }
  const { conversationId } = event.data;
  if (conversationId === undefined) return [];
  // In one order, so that two that come together by different ids ask for the same first.
  return (await ledger.aliases([conversationId]))(conversationId).toSorted().map(key);
}

async function isOver(
  claim: Claim,
  once: Once,
  { event, lastBefore }: Circumstances,
): Promise<boolean> {
  const from = Date.parse(claim.at);
  if (typeof once.for === "number") return receivedAt(event) >= from + once.for;
  const ends = once.for === "untilClosed" ? ["business.conversation.closed"] : sentTypes;
  // Where it was taken: what a person does with another of our numbers does not end it.
  const end = await lastBefore(ends, from - 1, claim.conversation);
  // As its event: those of earlier versions do not know when it happened.
  const { by: id, at, time = "" } = claim;
  return end !== undefined && cameLater(end, { id, type: "", time, data: { receivedAt: at } });
}

function placeOf({ at, time = "" }: Claim): string {
  return `${at} ${time}`;
}

function expiry({ for: lasts }: Once, at: number): Date {
  return new Date(at + (typeof lasts === "number" ? lasts + longestBehindMs : longestMs));
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
