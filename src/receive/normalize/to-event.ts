import { conversationIdOf } from "../../event/conversation.ts";
import type { Account, Contact, EventData, WaypostEvent } from "../../event/generated.ts";
import { hashId } from "../../event/hash-id.ts";
import { contentHash } from "./canonical.ts";
import type { Found } from "./found.ts";
import type { Json } from "./pick.ts";
import type { Place } from "./place.ts";

/** Raised when the parser makes more or other data of the same raw. */
export const DATAVERSION = 2;

export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/** What is known of a POST besides its body. */
export interface PostContext {
  readonly receivedAt: string;
  readonly postId: string;
}

const maxProblems = 1_000;
/** A history chunk of 3 MB holds some 15,000 messages; a POST with more items than this is kept whole instead. */
const maxItems = 25_000;

/** Ends the reading of a POST that holds more items than any of Meta's. */
export class TooManyItemsError extends Error {
  override readonly name = "TooManyItemsError";
}

/** Collects the events and problems of one POST. */
export function createOutput(post: PostContext) {
  const events: WaypostEvent[] = [];
  /** What each event's `raw` is: made when it is known whether the body itself is it. */
  const raws: (() => unknown)[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  let expected = 0;

  /** Which of several items with equal content this is: 0 for the first. */
  function occurrenceOf(base: string, place: Place): number {
    const before = seen.get(base) ?? 0;
    if (place.occurrence !== undefined) return place.occurrence;
    seen.set(base, before + 1);
    return before;
  }

  function contentId(place: Place, item: unknown): { id: string; nth: number } {
    const { entryId = null, field, entryTime = null, phoneNumberId = null } = place;
    const parts = ["f", entryId, field, entryTime, phoneNumberId, contentHash(item)];
    const base = hashId("evt_", parts);
    const nth = occurrenceOf(base, place);
    return { id: nth === 0 ? base : hashId("evt_", [...parts, String(nth)]), nth };
  }

  return {
    events,
    raws,
    problems,
    /** Said before items are made into events, for those are what costs time. Throws TooManyItemsError. */
    expect(items: number): void {
      expected += items;
      if (expected > maxItems) throw new TooManyItemsError("too many items");
    },
    problem(path: string, reason: string): void {
      if (problems.length < maxProblems) problems.push({ path, reason });
    },
    /** `item` is what makes the id where the family has none; `value` makes what raw holds. */
    event(place: Place, found: Found, contact: Contact, item: Json, value: () => Json): void {
      const { id, nth } = found.key
        ? { id: hashId("evt_", found.key), nth: 0 }
        : contentId(place, item);
      events.push(eventOf(place, found, contact, id, post));
      raws.push(() => place.wrap(value(), nth));
    },
  };
}
export type Output = ReturnType<typeof createOutput>;

/** `raw` is added as the last of its data. */
function eventOf(
  place: Place,
  found: Found,
  contact: Contact,
  id: string,
  post: PostContext,
): WaypostEvent {
  const account = accountOf(place, found.account);
  const { groupId } = found;
  const conversationId = conversationIdOf(account.phoneNumberId, {
    groupId,
    userId: contact.userId,
    phone: contact.waId,
  });
  const data: EventData = { account, receivedAt: post.receivedAt };
  if (hasAny(contact)) data.contact = contact;
  if (conversationId !== undefined) data.conversationId = conversationId;
  if (groupId !== undefined) data.groupId = groupId;
  if (isTest(place, account, found)) data.test = true;
  Object.assign(data, found.data);
  return {
    specversion: "1.0",
    id,
    type: found.type,
    source: sourceOf(account),
    ...(conversationId !== undefined && { subject: conversationId }),
    time: found.at ?? place.entryAt ?? post.receivedAt,
    datacontenttype: "application/json",
    dataschema: "urn:waypost:event:1",
    postid: post.postId,
    dataversion: DATAVERSION,
    data,
  };
}

function hasAny(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

/** What the item says of its account wins over the entry and the metadata. */
function accountOf(place: Place, said: Account | undefined): Account {
  const account: Account = {};
  const aboutPortfolio = said?.wabaId !== undefined || said?.businessId !== undefined;
  const wabaId = aboutPortfolio ? said?.wabaId : place.entryId;
  const phoneNumberId = said?.phoneNumberId ?? place.phoneNumberId;
  const displayPhoneNumber = said?.displayPhoneNumber ?? place.displayPhoneNumber;
  if (wabaId !== undefined) account.wabaId = wabaId;
  if (phoneNumberId !== undefined) account.phoneNumberId = phoneNumberId;
  if (displayPhoneNumber !== undefined) account.displayPhoneNumber = displayPhoneNumber;
  if (said?.businessId !== undefined) account.businessId = said.businessId;
  return account;
}

function sourceOf({ wabaId, businessId, phoneNumberId }: Account): string {
  const owner = encodeURIComponent(wabaId ?? businessId ?? "none");
  return phoneNumberId === undefined
    ? `/whatsapp/${owner}`
    : `/whatsapp/${owner}/${encodeURIComponent(phoneNumberId)}`;
}

/** The ids that the Test button of Meta's dashboard puts into its samples. */
const sampleNumber = "123456123";
const sampleMessage = "ABGGFlA5Fpa";

function isTest(place: Place, account: Account, found: Found): boolean {
  return (
    place.entryId === "0" ||
    account.phoneNumberId === sampleNumber ||
    (found.key?.includes(sampleMessage) ?? false)
  );
}
