/**
 * All that can be wrong, by name, as status, alerts, `doctor` and `connect` tell it. Each has a page of that name in docs/runbooks, with
 * hyphens; a test holds that none is missing and none is left over.
 */
export const problemKinds = [
  // Destinations
  "destination_paused",
  "destination_out",
  "destination_slow",
  "destination_unheld",
  "destination_removed",
  "destination_check_failed",
  "deliveries_dead",
  // Bus and store
  "bus_not_ready",
  "store_not_ready",
  "indexes_missing",
  "server_too_old",
  "shards_differ",
  "queue_unconsumed",
  "queue_backlog",
  "messages_dead",
  "spool_waits",
  // What comes in
  "posts_unauthorized",
  "quarantine_growth",
  "account_silent",
  // Configuration and processes
  "configuration_wrong",
  "configuration_gone",
  "reload_refused",
  "configurations_differ",
  "versions_differ",
  "receiver_missing",
  // The machine
  "disk_low",
  "clock_skew",
  "certificate_expiring",
  "ops_exposed",
  "tokens_shared",
  "files_unavailable",
  // Meta's side
  "meta_not_asked",
  "meta_away",
  "meta_token",
  "meta_rights",
  "meta_app",
  "meta_callback",
  "meta_fields",
  "meta_account_unsubscribed",
  "meta_account_unknown",
  "meta_override",
] as const;

export type ProblemKind = (typeof problemKinds)[number];

/** Where the ops port serves its runbook. */
export function runbookPath(kind: ProblemKind): string {
  return `/runbooks/${runbookName(kind)}`;
}

/** Its page within the project. */
export function runbookFile(kind: string): string {
  return `docs/runbooks/${runbookName(kind)}.md`;
}

function runbookName(kind: string): string {
  return kind.replaceAll("_", "-");
}
