import { accountEvent } from "./account.ts";
import { callEvent, callStatus } from "./call.ts";
import { flowEvent } from "./flow.ts";
import type { Understand } from "./found.ts";
import { groupEvent } from "./group.ts";
import { handoverEvent } from "./handover.ts";
import { historyMessage } from "./history.ts";
import { echoedMessage, receivedMessage } from "./message.ts";
import { paymentStatus } from "./payment.ts";
import {
  automaticEvent,
  consumerProfile,
  stateSync,
  trackingEvent,
  userAction,
  userIdChange,
  userPreference,
} from "./people.ts";
import { phoneEvent } from "./phone.ts";
import { isRecord, own, segment } from "./pick.ts";
import { messageStatus } from "./status.ts";
import { templateEvent } from "./template.ts";

/** How to take a field's value apart: by its lists, each element an item, or as one item. */
export type FieldRule =
  | { readonly lists: Readonly<Record<string, Understand>> }
  | { readonly whole: Understand };

const lists = (of: Readonly<Record<string, Understand>>): FieldRule => ({ lists: of });
const whole = (understand: Understand): FieldRule => ({ whole: understand });

const groups = lists({ groups: groupEvent });
const echoes = lists({ message_echoes: echoedMessage, statuses: anyStatus });
const username = whole(phoneEvent("username"));

/** Every field of Meta's that is known, by its name there. Lists also take `errors`; see split-change.ts. */
const rules: Readonly<Record<string, FieldRule>> = {
  messages: lists({ messages: receivedMessage, statuses: anyStatus, user_actions: userAction }),
  message_echoes: echoes,
  smb_message_echoes: echoes,
  history: lists({ messages: historyMessage(), message_echoes: historyMessage() }),
  standby: lists({
    messages: standby(receivedMessage),
    message_echoes: standby(echoedMessage),
    statuses: standby(anyStatus),
  }),
  messaging_handovers: whole(handoverEvent),
  calls: lists({ calls: callEvent, statuses: callStatus }),

  group_lifecycle_update: groups,
  group_participants_update: groups,
  group_participant_update: groups,
  group_settings_update: groups,
  group_status_update: groups,

  user_preferences: lists({ user_preferences: userPreference }),
  user_id_update: lists({ user_id_update: userIdChange }),
  consumer_profile: whole(consumerProfile),
  smb_app_state_sync: lists({ state_sync: stateSync }),
  automatic_events: lists({ automatic_events: automaticEvent }),
  tracking_events: lists({ events: trackingEvent }),

  flows: whole(flowEvent),
  message_template_status_update: whole(templateEvent("status")),
  message_template_quality_update: whole(templateEvent("quality")),
  message_template_components_update: whole(templateEvent("components")),
  template_category_update: whole(templateEvent("category")),
  template_correct_category_detection: whole(templateEvent("category_detected")),

  account_update: whole(accountEvent()),
  account_alerts: whole(accountEvent("alert")),
  account_review_update: whole(accountEvent("review")),
  business_capability_update: whole(accountEvent("capability")),
  business_status_update: whole(accountEvent("status")),
  partner_solutions: whole(accountEvent("partner_solution")),
  payment_configuration_update: whole(accountEvent("payment_configuration")),

  phone_number_name_update: whole(phoneEvent("name")),
  phone_number_quality_update: whole(phoneEvent("quality")),
  business_username_update: username,
  business_username_updates: username,
  account_settings_update: whole(phoneEvent("settings")),
  security: whole(phoneEvent("security")),
};

/** Any field named `group_…` holds groups; any other unknown field is one unrecognized item. */
export function ruleOf(field: string): FieldRule {
  const rule = Object.hasOwn(rules, field) ? rules[field] : undefined;
  return rule ?? (field.startsWith("group_") ? groups : whole(unrecognized));
}

/** What this version has no name for: kept whole, in raw. */
export const unrecognized: Understand = (_, { field }) => ({
  type: `whatsapp.unrecognized.${segment(field)}`,
  data: { unrecognized: { field } },
});

/** `statuses[]`: of a message, of a payment, or of a call. */
function anyStatus(...[item, where]: Parameters<Understand>): ReturnType<Understand> {
  const type = own(item, "type");
  if (type === "payment" || isRecord(own(item, "payment"))) return paymentStatus(item, where);
  return (type === "call" ? callStatus : messageStatus)(item, where);
}

/** The copy that an app gets of traffic another one answers: a family of its own, so that nobody replies. */
function standby(understand: Understand): Understand {
  return (item, where) => {
    const found = understand(item, where);
    if (typeof found === "string") return found;
    const type = `whatsapp.standby.${found.type.split(".").slice(2).join(".")}`;
    return { ...found, type, ...(found.key && { key: ["y", ...found.key] }) };
  };
}

/** A standby value without a copy in it: what the dashboard's Test button sends. */
export const emptyStandby: Understand = () => ({ type: "whatsapp.standby.unknown", data: {} });
