import { type Cast, headOf, idOf, idsAs, type Json } from "../item.ts";
import { type FieldBody, fixture } from "./golden.ts";
import { newWamid, say } from "./messages.ts";

/* Fixtures show somebody by one id; whoever stands in for them may have the other alone. */
const withUserId = (text: string) =>
  text.replace('"wa_id":"4915550002211"', '$&,"user_id":"DE.9031846620571"');
const withPhone = (text: string) =>
  text
    .replaceAll('"user_id":"ES.5512093847266"', '$&,"wa_id":"4915550002211"')
    .replaceAll('"from_user_id":"ES.5512093847266"', '$&,"from":"4915550002211"');
const withSender = (text: string) => `{"sender":{"phone_number":"4915550002211"},${text.slice(1)}`;

/** A message of the time before the number joined. */
function history(type: string, body: (c: Cast) => Json): FieldBody {
  return {
    field: "history",
    eventType: `whatsapp.history.${type}`,
    value: (c) => {
      const about = { id: newWamid(c.random), timestamp: String(c.at - 864_000), type };
      const message = { ...idsAs(c.person, "from"), ...about, ...body(c) };
      const context = idsAs(c.person, "wa_id", "user_id");
      const messages = [{ ...message, history_context: { status: "READ" } }];
      return {
        ...headOf(c),
        history: [
          {
            metadata: { phase: 0, chunk_order: 1, progress: 55 },
            threads: [{ id: idOf(c.person), context, messages }],
          },
        ],
      };
    },
  };
}

const accountUpdates = [
  ...["deleted", "restricted", "violation", "ad-account-linked", "international-rates"],
  ...["primary-country", "disabled", "marketing-terms-signed", "partner-added"],
  ...["partner-app-installed", "partner-app-uninstalled", "partner-removed"],
  ...["partner-certification-needed", "partner-certification-status", "volume-tier"],
  ...["offboarded", "reconnected", "verified"],
];

/** Every field by the names that `--type` takes. */
export const fieldBodies = {
  call_connect: fixture("call-connect"),
  call_terminate: fixture("call-terminate"),
  call_created: fixture("call-created-over-sip"),
  call_recording: fixture("call-recording-available"),
  call_transcript: fixture("call-transcription-available"),
  call_voicemail: fixture("message-audio-voicemail-with-call-id"),
  call_ringing: fixture("call-status-ringing"),
  call_accepted: fixture("call-status-accepted"),
  call_rejected: fixture("call-status-rejected"),
  group_create: fixture("group-created"),
  group_delete: fixture("group-deleted-failed"),
  group_participants_add: fixture("group-participants-added"),
  group_participants_remove: fixture("group-participants-removed-some-failed", withUserId),
  group_join_request: fixture("group-join-request-created", withPhone),
  group_settings: fixture("group-settings-updated"),
  group_suspend: fixture("group-suspended"),
  history_chunk: history("text", (c) => ({ text: { body: say(c.person, "hello") } })),
  history_placeholder: history("media_placeholder", () => ({})),
  history_media: fixture("history-media-of-placeholder", withPhone),
  history_progress: fixture("history-progress-without-threads"),
  history_declined: fixture("history-declined"),
  smb_message_echoes: fixture("smb-message-echo-text"),
  message_echoes: { ...fixture("smb-message-echo-text"), field: "message_echoes" },
  smb_app_state_sync: fixture("smb-app-state-sync-contact-added"),
  messaging_handovers_passed: fixture("handover-control-passed"),
  messaging_handovers_taken: fixture("handover-control-taken-without-sender", withSender),
  standby: fixture("standby-message"),
  account_settings_update: fixture("account-settings-calling"),
  user_preferences_stop: fixture("user-preference-stop"),
  user_preferences_resume: fixture("user-preference-resume", withPhone),
  user_id_update: fixture("user-id-update"),
  consumer_profile: fixture("consumer-profile", withUserId),
  link_click: fixture("user-action-link-click"),
  landing_page_view: fixture("user-action-landing-page-view"),
  automatic_events_lead: fixture("automatic-event-lead"),
  automatic_events_purchase: fixture("automatic-event-purchase"),
  tracking_events: fixture("tracking-event-sent"),
  rate_limit_error: fixture("error-of-account"),
  ...Object.fromEntries(
    accountUpdates
      .map((name) => fixture(`account-${name}`))
      .map((body) => [`account_update_${body.event.toLowerCase()}`, body]),
  ),
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
  brand_new_field: {
    field: "brand_new_field",
    eventType: "whatsapp.unrecognized.brand_new_field",
    value: (c) => ({ surprise: c.random.digits(6) }),
  },
} satisfies Record<string, FieldBody>;
