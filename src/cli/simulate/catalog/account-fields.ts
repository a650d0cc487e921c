import type { Json } from "../item.ts";
import { type FieldBody, waba } from "./field.ts";
import type { Cast } from "./messages.ts";

const wabaInfo = (c: Cast): Json => ({
  waba_info: { waba_id: c.account.wabaId, owner_business_id: "500500500500500" },
});

const template = (c: Cast): Json => ({
  message_template_id: 1_234_000_000_000_000 + c.random.below(1_000_000),
  message_template_name: c.random.pick(["spring_offer", "order_shipped", "reminder_24h"]),
  message_template_language: "en_US",
});

const updates: Readonly<Record<string, (c: Cast) => Json>> = {
  ACCOUNT_DELETED: () => ({}),
  ACCOUNT_RESTRICTION: (c) => ({
    restriction_info: [
      {
        restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING",
        expiration: c.at + 259_200,
        remediation: "Review the policy",
      },
    ],
  }),
  ACCOUNT_VIOLATION: () => ({ violation_info: { violation_type: "SCAM" } }),
  AD_ACCOUNT_LINKED: (c) => ({
    waba_info: {
      waba_id: c.account.wabaId,
      owner_business_id: "500500500500500",
      ad_account_id: "600600600",
    },
  }),
  AUTH_INTL_PRICE_ELIGIBILITY_UPDATE: (c) => ({
    auth_international_rate_eligibility: {
      start_time: c.at,
      exception_countries: [{ country_code: "IN", start_time: c.at }],
    },
  }),
  BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE: () => ({ country: "DE" }),
  DISABLED_UPDATE: () => ({
    ban_info: { waba_ban_state: "SCHEDULE_FOR_DISABLE", waba_ban_date: "April 17, 2027" },
  }),
  MM_LITE_TERMS_SIGNED: wabaInfo,
  PARTNER_ADDED: wabaInfo,
  PARTNER_APP_INSTALLED: wabaInfo,
  PARTNER_APP_UNINSTALLED: wabaInfo,
  PARTNER_REMOVED: (c) => ({
    ...wabaInfo(c),
    disconnection_info: { reason: "CHANGE_NUMBER", initiated_by: "USER" },
  }),
  PARTNER_CLIENT_CERTIFICATION_NEEDED: () => ({
    partner_client_certification_needed_info: { client_business_id: "500500500500501" },
  }),
  PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE: () => ({
    partner_client_certification_info: {
      client_business_id: "500500500500501",
      status: "APPROVED",
      rejection_reasons: [],
    },
  }),
  VOLUME_BASED_PRICING_TIER_UPDATE: (c) => ({
    volume_tier_info: {
      tier_update_time: c.at,
      pricing_category: "UTILITY",
      tier: "25000001:50000000",
      effective_month: "2026-11",
      region: "Germany",
    },
  }),
  ACCOUNT_OFFBOARDED: () => ({}),
  ACCOUNT_RECONNECTED: () => ({}),
  VERIFIED_ACCOUNT: () => ({}),
};

const accountUpdates = Object.fromEntries(
  Object.entries(updates).map(([event, extra]) => {
    const name = event.toLowerCase();
    const value = (c: Cast) => ({ event, ...extra(c) });
    return [`account_update_${name}`, waba("account_update", `account.${name}`, value)];
  }),
);

/** Fields of a WABA: account, templates, flows. They have no phone number id. */
export const accountBodies = {
  ...accountUpdates,
  account_alerts: waba("account_alerts", "account.alert", (c) => ({
    entity_type: "PHONE_NUMBER",
    entity_id: c.account.phoneNumberId,
    alert_info: {
      alert_severity: "WARNING",
      alert_status: "ACTIVE",
      alert_type: "PROFILE_PICTURE_LOST",
      alert_description: "The profile picture was lost",
    },
  })),
  account_review_update: waba("account_review_update", "account.review", () => ({
    decision: "APPROVED",
  })),
  business_capability_update: waba("business_capability_update", "account.capability", () => ({
    max_daily_conversations_per_business: "TIER_10K",
    max_phone_numbers_per_business: 20,
  })),
  business_status_update: waba("business_status_update", "account.status", () => ({
    event: "VERIFIED",
  })),
  partner_solutions: waba("partner_solutions", "account.partner_solution", (c) => ({
    event: "SOLUTION_UPDATED",
    solution_id: c.random.digits(15),
    solution_status: "ACTIVE",
  })),
  payment_configuration_update: waba(
    "payment_configuration_update",
    "account.payment_configuration",
    (c) => ({
      configuration_name: "main",
      provider_name: "razorpay",
      provider_mid: "mid_1",
      status: "Needs Testing",
      created_timestamp: c.at - 60,
      updated_timestamp: c.at,
    }),
  ),
  phone_number_name_update: waba("phone_number_name_update", "phone.name", (c) => ({
    display_phone_number: c.account.displayPhoneNumber,
    decision: "APPROVED",
    requested_verified_name: "Blue Backpack Shop",
    rejection_reason: null,
  })),
  phone_number_quality_update: waba("phone_number_quality_update", "phone.quality", (c) => ({
    display_phone_number: c.account.displayPhoneNumber,
    event: "THROUGHPUT_UPGRADE",
    current_limit: "TIER_UNLIMITED",
    max_daily_conversations_per_business: "TIER_UNLIMITED",
  })),
  business_username_update: waba("business_username_update", "phone.username", (c) => ({
    display_phone_number: c.account.displayPhoneNumber,
    username: "bluebackpack",
    status: "approved",
  })),
  business_username_updates: waba("business_username_updates", "phone.username", (c) => ({
    display_phone_number: c.account.displayPhoneNumber,
    status: "deleted",
  })),
  security: waba("security", "phone.security", (c) => ({
    display_phone_number: c.account.displayPhoneNumber,
    event: "PIN_CHANGED",
    requester: "500500500500502",
  })),
  message_template_paused: waba("message_template_status_update", "template.status", (c) => ({
    event: "PAUSED",
    ...template(c),
    reason: "NONE",
    message_template_category: "MARKETING",
    other_info: { title: "FIRST_PAUSE", description: "Paused for 3 hours" },
  })),
  message_template_rejected: waba("message_template_status_update", "template.status", (c) => ({
    event: "REJECTED",
    ...template(c),
    reason: "INVALID_FORMAT",
    rejection_info: {
      reason: "Parameters are adjacent",
      recommendation: "Put words between them",
    },
  })),
  message_template_quality_update: waba(
    "message_template_quality_update",
    "template.quality",
    (c) => ({ previous_quality_score: "GREEN", new_quality_score: "YELLOW", ...template(c) }),
  ),
  message_template_components_update: waba(
    "message_template_components_update",
    "template.components",
    (c) => ({
      ...template(c),
      message_template_element: "Your order {{1}} is on its way",
      message_template_buttons: [
        { message_template_button_type: "QUICK_REPLY", message_template_button_text: "Thanks" },
      ],
    }),
  ),
  template_category_update: waba("template_category_update", "template.category", (c) => ({
    ...template(c),
    previous_category: "UTILITY",
    new_category: "MARKETING",
  })),
  template_correct_category_detection: waba(
    "template_correct_category_detection",
    "template.category_detected",
    (c) => ({ ...template(c), category: "UTILITY", correct_category: "MARKETING" }),
  ),
  flows_status: waba("flows", "flow.flow_status_change", () => ({
    event: "FLOW_STATUS_CHANGE",
    message: "The flow was published",
    flow_id: "6627390910605886",
    old_status: "DRAFT",
    new_status: "PUBLISHED",
  })),
  flows_latency: waba("flows", "flow.endpoint_latency", () => ({
    event: "ENDPOINT_LATENCY",
    message: "The endpoint is slow",
    flow_id: "6627390910605886",
    alert_state: "ACTIVATED",
    p50_latency: 1200,
    p90_latency: 5100,
    threshold: 1000,
    requests_count: 340,
  })),
  brand_new_field: waba("brand_new_field", "unrecognized.brand_new_field", (c) => ({
    surprise: c.random.digits(6),
  })),
} satisfies Record<string, FieldBody>;
