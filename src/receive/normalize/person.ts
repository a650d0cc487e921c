import type { Contact } from "../../event/generated.ts";
import { isBsuid } from "../../event/person-id.ts";
import { fields, id, idOf, isRecord, type Json, own, type Parser, str, textOf } from "./pick.ts";

const phoneNumber = /^\+?[0-9][0-9 ().-]{0,30}$/;

/** Where a payload names a person, by whatever keys. */
export interface Named {
  readonly userId?: unknown;
  readonly parentUserId?: unknown;
  /** A phone number; some deliveries put a BSUID there. */
  readonly phone?: unknown;
  readonly name?: unknown;
  readonly username?: unknown;
}

/** Sorts ids into BSUID and phone by what they look like, not by where they stand. "" is absent. */
export function personOf(named: Named): Contact {
  const person: Contact = {};
  const misplaced = isBsuid(named.phone) ? idOf(named.phone) : undefined;
  const userId = idOf(named.userId) ?? misplaced;
  const waId = digitsOf(named.phone);
  const parentUserId = idOf(named.parentUserId);
  const name = textOf(named.name);
  const username = usernameOf(named.username);
  if (userId !== undefined) person.userId = userId;
  if (parentUserId !== undefined) person.parentUserId = parentUserId;
  if (waId !== undefined) person.waId = waId;
  if (name !== undefined) person.name = name;
  if (username !== undefined) person.username = username;
  return person;
}

/** The digits of what looks like a phone number. */
export function digitsOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && phoneNumber.test(text) ? text.replace(/[^0-9]/g, "") : undefined;
}

/** Meta writes usernames with and without a leading @. */
function usernameOf(value: unknown): string | undefined {
  const username = textOf(value)?.replace(/^@+/, "");
  return username === "" ? undefined : username;
}

/** An element of `contacts[]`. */
export function contactOf(source: Json): Contact {
  const profile = own(source, "profile");
  const { name, username } = parseProfile(isRecord(profile) ? profile : {});
  const contact = personOf({
    userId: own(source, "user_id"),
    parentUserId: own(source, "parent_user_id"),
    phone: own(source, "wa_id"),
    name,
    username: username ?? own(source, "username"),
  });
  const identityKeyHash = textOf(own(source, "identity_key_hash"));
  return identityKeyHash === undefined ? contact : { ...contact, identityKeyHash };
}

const parseProfile = fields<{ name?: string; username?: string }>({
  name: str("name"),
  username: str("username"),
});

/** `wa_id`, `user_id`, `parent_user_id`, `username` as they stand in many items. */
export function personIn(item: Json): Contact {
  return personOf({
    userId: own(item, "user_id"),
    parentUserId: own(item, "parent_user_id"),
    phone: own(item, "wa_id"),
    username: own(item, "username"),
  });
}

/** The group an item names. */
export const groupIdIn = id("group_id");

/** A phone number as digits. */
export const phone =
  (...keys: string[]): Parser<string> =>
  (source) => {
    for (const key of keys) {
      const digits = digitsOf(own(source, key));
      if (digits !== undefined) return digits;
    }
    return undefined;
  };

/** A username without its @. */
export const username: Parser<string> = (source) => usernameOf(own(source, "username"));
