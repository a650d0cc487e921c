import { contactOf, type Json } from "../item.ts";
import { type FieldBody, idsOf, phone } from "./field.ts";
import { type Cast, newWamid } from "./messages.ts";

/** What people choose, click and change. */
export const userBodies = {
  user_preferences_stop: phone("user_preferences", "user.preference", (c) => preference(c, "stop")),
  user_preferences_resume: phone("user_preferences", "user.preference", (c) =>
    preference(c, "resume"),
  ),
  user_id_update: phone("user_id_update", "user.id_changed", (c) => ({
    user_id_update: [
      {
        ...(c.person.waId !== undefined && { wa_id: c.person.waId }),
        detail: "User id changed",
        user_id: { previous: c.person.userId ?? "DE.1", current: `DE.${c.random.digits(16)}` },
        timestamp: String(c.at),
      },
    ],
  })),
  consumer_profile: phone("consumer_profile", "user.profile", (c) => ({
    contacts: [contactOf(c.person)],
  })),
  link_click: phone("messages", "user.marketing_messages_link_click", (c) => ({
    user_actions: [
      {
        action_type: "marketing_messages_link_click",
        timestamp: String(c.at),
        marketing_messages_link_click_data: {
          click_component: "cta",
          click_id: `clk-${c.random.digits(8)}`,
          tracking_token: `tok-${c.random.digits(8)}`,
        },
      },
    ],
  })),
  landing_page_view: phone("messages", "user.landing_page_view", (c) => ({
    user_actions: [
      {
        action_type: "landing_page_view",
        timestamp: String(c.at),
        marketing_messages_link_click_data: { click_id: `clk-${c.random.digits(8)}` },
      },
    ],
  })),
  automatic_events_lead: phone("automatic_events", "conversion.lead_submitted", (c) => ({
    automatic_events: [
      { id: newWamid(c.random), event_name: "LeadSubmitted", timestamp: c.at, ctwa_clid: "ARx" },
    ],
  })),
  automatic_events_purchase: phone("automatic_events", "conversion.purchase", (c) => ({
    automatic_events: [
      {
        id: newWamid(c.random),
        event_name: "Purchase",
        timestamp: c.at,
        custom_data: { currency: "EUR", value: 15_900 },
      },
    ],
  })),
  tracking_events: phone("tracking_events", "tracking.sent", (c) => ({
    events: [
      {
        event_name: "sent",
        timestamp: c.at,
        tracking_data: { click_id: `clk-${c.random.digits(8)}`, tracking_token: "tok-1" },
      },
    ],
  })),
  rate_limit_error: phone("messages", "error", (c) => ({
    errors: [
      {
        code: 130_429,
        title: "Rate limit hit",
        message: "Rate limit hit",
        error_data: { details: `Too many requests (trace ${c.random.digits(8)})` },
      },
    ],
  })),
} satisfies Record<string, FieldBody>;

function preference(c: Cast, value: string): Json {
  const contact = contactOf(c.person);
  return {
    contacts: [contact],
    user_preferences: [
      {
        ...idsOf(c),
        detail: `User requested to ${value} marketing messages`,
        category: "marketing_messages",
        value,
        timestamp: c.at,
      },
    ],
  };
}
