import type {
  Conversion,
  IdChange,
  Preference,
  SyncedContact,
  Tracking,
  UserAction,
} from "../../event/generated.ts";
import type { Understand } from "./found.ts";
import { personIn, personOf, phone, username } from "./person.ts";
import { fields, id, isRecord, type Json, num, own, segment, str, time, within } from "./pick.ts";

const clicked = <T>(parse: (source: Json) => T | undefined) =>
  within<T>("marketing_messages_link_click_data", parse);

const userActionFields = fields<Omit<UserAction, "type">>({
  at: time("timestamp"),
  clickComponent: clicked(str("click_component")),
  productId: clicked(str("product_id")),
  clickId: clicked(str("click_id")),
  trackingToken: clicked(str("tracking_token")),
  clientUserAgent: (item) =>
    str("client_user_agent")(item) ?? clicked(str("client_user_agent"))(item),
});

/** `user_actions[]`: someone tapped a link; Meta does not say who. */
export const userAction: Understand = (item) => {
  const type = str("action_type")(item);
  const action: UserAction = { ...(type && { type }), ...userActionFields(item) };
  return {
    type: `whatsapp.user.${segment(type)}`,
    at: action.at,
    data: { userAction: action },
  };
};

const preferenceFields = fields<Preference>({
  category: str("category"),
  value: str("value"),
  detail: str("detail"),
  signupId: str("signup_id"),
  at: time("timestamp"),
});

/** `user_preferences[]`: consent given or taken back. */
export const userPreference: Understand = (item) => {
  const preference = preferenceFields(item);
  return {
    type: "whatsapp.user.preference",
    at: preference.at,
    person: personIn(item),
    data: { preference },
  };
};

const idChangeFields = fields<IdChange>({
  userId: within("user_id", id("current")),
  previousUserId: within("user_id", id("previous")),
  parentUserId: within("parent_user_id", id("current")),
  previousParentUserId: within("parent_user_id", id("previous")),
  waId: phone("wa_id"),
  detail: str("detail"),
  at: time("timestamp"),
});

/** `user_id_update[]`: a BSUID gave way to another. */
export const userIdChange: Understand = (item) => {
  const idChange = idChangeFields(item);
  return {
    type: "whatsapp.user.id_changed",
    at: idChange.at,
    person: personOf({
      userId: idChange.userId,
      parentUserId: idChange.parentUserId,
      phone: own(item, "wa_id"),
    }),
    data: { idChange },
  };
};

/** `consumer_profile`: Meta documents only its name. */
export const consumerProfile: Understand = (value) => ({
  type: "whatsapp.user.profile",
  at: time("timestamp")(value),
  person: personIn(value),
  data: {},
});

const inContact = <T>(parse: (source: Json) => T | undefined) => within<T>("contact", parse);

const syncedContactFields = fields<SyncedContact>({
  type: str("type"),
  action: str("action"),
  at: within("metadata", time("timestamp")),
  fullName: inContact(str("full_name")),
  firstName: inContact(str("first_name")),
  phoneNumber: inContact(str("phone_number")),
  userId: inContact(id("user_id")),
  parentUserId: inContact(id("parent_user_id")),
  username: inContact(username),
});

/** `state_sync[]`: the business app's address book changed. */
export const stateSync: Understand = (item) => {
  const syncedContact = syncedContactFields(item);
  const contact = own(item, "contact");
  const named = isRecord(contact) ? contact : {};
  return {
    type: `whatsapp.contact.${segment(own(item, "action"))}`,
    at: syncedContact.at,
    person: personOf({
      userId: own(named, "user_id"),
      parentUserId: own(named, "parent_user_id"),
      phone: own(named, "phone_number"),
      username: own(named, "username"),
    }),
    data: { syncedContact },
  };
};

const custom = <T>(parse: (source: Json) => T | undefined) => within<T>("custom_data", parse);

const conversionFields = fields<Conversion>({
  eventName: str("event_name"),
  messageId: id("id"),
  at: time("timestamp"),
  ctwaClid: str("ctwa_clid"),
  amount: (item) => {
    const value = custom(num("value"))(item);
    const currency = custom(str("currency"))(item);
    // Meta sends thousandths of the currency.
    return value === undefined ? undefined : { value, offset: 1000, ...(currency && { currency }) };
  },
});

/** `automatic_events[]`: Meta recognized a lead or a purchase. */
export const automaticEvent: Understand = (item) => {
  const conversion = conversionFields(item);
  return {
    type: `whatsapp.conversion.${segment(snakeCase(conversion.eventName))}`,
    at: conversion.at,
    data: { conversion },
  };
};

function snakeCase(name: string | undefined): string | undefined {
  return name
    ?.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[ -]+/g, "_")
    .toLowerCase();
}

const tracked = <T>(parse: (source: Json) => T | undefined) => within<T>("tracking_data", parse);

const trackingFields = fields<Tracking>({
  eventName: str("event_name"),
  at: time("timestamp"),
  clickId: tracked(str("click_id")),
  trackingToken: tracked(str("tracking_token")),
});

/** `events[]` of tracking_events. */
export const trackingEvent: Understand = (item) => {
  const tracking = trackingFields(item);
  return {
    type: `whatsapp.tracking.${segment(tracking.eventName)}`,
    at: tracking.at,
    data: { tracking },
  };
};
