import type { Account, AccountUpdate } from "../../event/generated.ts";
import type { Understand } from "./found.ts";
import {
  each,
  fields,
  id,
  int,
  type Json,
  lowerSegment,
  own,
  type Parser,
  shape,
  str,
  strs,
  time,
  within,
} from "./pick.ts";

/** The keys of an alert stand in `alert_info`; an older shape has them flat. */
const alert =
  (key: string): Parser<string> =>
  (value) =>
    within("alert_info", str(key))(value) ?? str(key)(value);

const waba = shape<NonNullable<AccountUpdate["waba"]>>({
  wabaId: id("waba_id"),
  ownerBusinessId: str("owner_business_id"),
  adAccountId: str("ad_account_linked", "ad_account_id"),
  partnerAppId: str("partner_app_id"),
  solutionId: str("solution_id"),
  solutionPartnerBusinessIds: strs("solution_partner_business_ids"),
});

const paymentConfiguration = shape<NonNullable<AccountUpdate["paymentConfiguration"]>>({
  name: str("configuration_name"),
  providerName: str("provider_name"),
  providerMid: str("provider_mid"),
  status: str("status"),
  createdAt: time("created_timestamp"),
  updatedAt: time("updated_timestamp"),
});

const accountUpdate = fields<AccountUpdate>({
  event: str("event"),
  phoneNumber: str("phone_number"),
  country: str("country"),
  decision: str("decision"),
  entityType: str("entity_type"),
  entityId: str("entity_id"),
  alertSeverity: alert("alert_severity"),
  alertStatus: alert("alert_status"),
  alertType: alert("alert_type"),
  alertDescription: alert("alert_description"),
  restrictions: each(
    "restriction_info",
    shape({
      type: str("restriction_type"),
      expiresAt: time("expiration"),
      remediation: str("remediation"),
    }),
  ),
  violation: within(
    "violation_info",
    shape({ type: str("violation_type"), remediation: str("remediation") }),
  ),
  ban: within("ban_info", shape({ state: str("waba_ban_state"), date: str("waba_ban_date") })),
  waba: within("waba_info", waba),
  disconnection: within(
    "disconnection_info",
    shape({ reason: str("reason"), initiatedBy: str("initiated_by") }),
  ),
  internationalRates: within(
    "auth_international_rate_eligibility",
    shape({
      startsAt: time("start_time"),
      exceptionCountries: each(
        "exception_countries",
        shape({ countryCode: str("country_code"), startsAt: time("start_time") }),
      ),
    }),
  ),
  certification: within(
    ["partner_client_certification_info", "partner_client_certification_needed_info"],
    shape({
      clientBusinessId: str("client_business_id"),
      status: str("status"),
      rejectionReasons: strs("rejection_reasons"),
    }),
  ),
  volumeTier: within(
    "volume_tier_info",
    shape({
      updatedAt: time("tier_update_time"),
      pricingCategory: str("pricing_category"),
      tier: str("tier"),
      effectiveMonth: str("effective_month"),
      region: str("region"),
    }),
  ),
  maxDailyConversationsPerBusiness: str("max_daily_conversations_per_business"),
  maxDailyConversationPerPhone: int("max_daily_conversation_per_phone"),
  maxPhoneNumbersPerBusiness: int("max_phone_numbers_per_business"),
  maxPhoneNumbersPerWaba: int("max_phone_numbers_per_waba"),
  solutionId: str("solution_id"),
  solutionStatus: str("solution_status"),
  paymentConfiguration: (value) =>
    own(value, "configuration_name") === undefined && own(value, "provider_name") === undefined
      ? undefined
      : paymentConfiguration(value),
});

/** A value about a whole account. `name` ends its type; without it the value's event does. */
export function accountEvent(name?: string): Understand {
  return (value, where) => {
    const update = accountUpdate(value);
    const account = accountOf(where.field, where.entryId, update);
    return {
      type: `whatsapp.account.${name ?? lowerSegment(own(value, "event"))}`,
      at: update.paymentConfiguration?.updatedAt ?? timestamp(value),
      ...(account && { account }),
      data: { accountUpdate: update },
    };
  };
}

const timestamp: (value: Json) => string | undefined = time("timestamp");

/** With `waba_info`, and for partner solutions, the entry is a business portfolio. */
function accountOf(
  field: string,
  entryId: string | undefined,
  { waba: info }: AccountUpdate,
): Account | undefined {
  if (info === undefined && field !== "partner_solutions") return undefined;
  const wabaId = info?.wabaId;
  // The entry may well be the account itself.
  const businessId = entryId === wabaId ? undefined : entryId;
  return { ...(wabaId && { wabaId }), ...(businessId && { businessId }) };
}
