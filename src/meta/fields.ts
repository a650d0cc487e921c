/** Came after v24.0 of Graph: subscribed through a version that knows them. */
const later = "v26.0";

/** Fields of WhatsApp's webhooks that an app can subscribe to and this version has names for, with the version that knows each; absent: all do. */
const fields: Readonly<Record<string, string | undefined>> = {
  messages: undefined,
  calls: undefined,
  history: undefined,
  smb_app_state_sync: undefined,
  smb_message_echoes: undefined,
  messaging_handovers: later,
  standby: later,
  user_preferences: undefined,
  automatic_events: undefined,
  tracking_events: undefined,
  flows: undefined,
  group_lifecycle_update: undefined,
  group_participants_update: undefined,
  group_settings_update: undefined,
  group_status_update: undefined,
  message_template_status_update: undefined,
  message_template_quality_update: undefined,
  message_template_components_update: undefined,
  template_category_update: undefined,
  template_correct_category_detection: undefined,
  account_alerts: undefined,
  account_review_update: undefined,
  account_settings_update: undefined,
  account_update: undefined,
  business_capability_update: undefined,
  business_username_updates: later,
  partner_solutions: undefined,
  payment_configuration_update: undefined,
  phone_number_name_update: undefined,
  phone_number_quality_update: undefined,
  security: undefined,
};

export const knownFields: readonly string[] = Object.keys(fields);

/** Versions up to this one have ended. */
const ended = "v20.0";

export function hasEnded(version: string): boolean {
  return !isLater(version, ended);
}

/**
 * The address of Graph for a subscription: Meta gives each field the version of the call, so that of the configuration, or a later one
 * where a field is only known by that. Of an address without a version nothing is known.
 */
export function addressFor(graphUrl: string, names: readonly string[]): string {
  const own = /\/(v\d+\.\d+)$/.exec(graphUrl)?.[1];
  if (own === undefined) return graphUrl;
  const wanted = names.map((name) => fields[name] ?? own);
  const highest = wanted.reduce((a, b) => (isLater(b, a) ? b : a), own);
  return `${graphUrl.slice(0, -own.length)}${highest}`;
}

function isLater(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = numbersOf(a);
  const [majorB = 0, minorB = 0] = numbersOf(b);
  return majorA > majorB || (majorA === majorB && minorA > minorB);
}

function numbersOf(version: string): number[] {
  return version.slice(1).split(".").map(Number);
}
