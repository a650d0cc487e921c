import { readFileSync } from "node:fs";
import type { Json } from "../item.ts";
import { type FieldBody, waba } from "./field.ts";
import { fixturesFolder } from "./fixtures-folder.ts";
import type { Cast } from "./messages.ts";

/** What of a fixture becomes the sender's own: new ids and times make a new event. */
const own: Readonly<Record<string, (c: Cast) => unknown>> = {
  waba_id: (c) => c.account.wabaId,
  entity_id: (c) => c.account.phoneNumberId,
  display_phone_number: (c) => c.account.displayPhoneNumber,
  phone_number: (c) => c.account.displayPhoneNumber,
  message_template_id: (c) => 1_234_000_000_000_000 + c.random.below(1_000_000),
  solution_id: (c) => c.random.digits(15),
  start_time: (c) => c.at,
  tier_update_time: (c) => c.at,
  created_timestamp: (c) => c.at - 60,
  updated_timestamp: (c) => c.at,
  expiration: (c) => c.at + 259_200,
};

/** The one change of a fixture of the package. */
function fixture(name: string): FieldBody & { readonly event: string } {
  const read = (kind: string) =>
    JSON.parse(readFileSync(new URL(`${kind}/${name}.json`, fixturesFolder), "utf8"));
  const { field, value } = read("meta").entry[0].changes[0] as { field: string; value: Json };
  const text = JSON.stringify(value);
  return {
    field,
    eventType: read("events")[0].type,
    level: "waba",
    value: (c) => JSON.parse(text, (key, told) => own[key]?.(c) ?? told),
    event: String(value["event"]),
  };
}

const updates = [
  "deleted",
  "restricted",
  "violation",
  "ad-account-linked",
  "international-rates",
  "primary-country",
  "disabled",
  "marketing-terms-signed",
  "partner-added",
  "partner-app-installed",
  "partner-app-uninstalled",
  "partner-removed",
  "partner-certification-needed",
  "partner-certification-status",
  "volume-tier",
  "offboarded",
  "reconnected",
  "verified",
];
const accountUpdates = Object.fromEntries(
  updates
    .map((name) => fixture(`account-${name}`))
    .map((body) => [`account_update_${body.event.toLowerCase()}`, body]),
);

/** Fields of a WABA: account, templates, flows. They have no phone number id. */
export const accountBodies = {
  ...accountUpdates,
  account_alerts: fixture("account-alert"),
  account_review_update: fixture("account-reviewed"),
  business_capability_update: fixture("business-capability-tier"),
  business_status_update: fixture("business-status"),
  partner_solutions: fixture("partner-solution-created"),
  payment_configuration_update: fixture("payment-configuration"),
  phone_number_name_update: fixture("phone-number-name-approved"),
  phone_number_quality_update: fixture("phone-number-quality-upgrade"),
  business_username_update: fixture("business-username-approved"),
  business_username_updates: fixture("business-username-deleted-plural-field"),
  security: fixture("security-pin-changed"),
  message_template_paused: fixture("template-paused"),
  message_template_rejected: fixture("template-rejected"),
  message_template_quality_update: fixture("template-quality-changed"),
  message_template_components_update: fixture("template-components-changed"),
  template_category_update: fixture("template-category-changed"),
  template_correct_category_detection: fixture("template-correct-category-detected"),
  flows_status: fixture("flow-status-changed"),
  flows_latency: fixture("flow-endpoint-latency"),
  brand_new_field: waba("brand_new_field", "unrecognized.brand_new_field", (c) => ({
    surprise: c.random.digits(6),
  })),
} satisfies Record<string, FieldBody>;
