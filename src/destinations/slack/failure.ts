import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRequestError } from "@slack/web-api";
import { DeliveryError } from "../../contracts.ts";
import { remedyFor, retryAfterMs, statusVerdict, transportError } from "../http/verdicts.ts";
import type { LastAnswer } from "./client.ts";

/** Slack's words when it cannot take anything now. True: the post may be there all the same. */
const outages = new Map([
  ["ratelimited", false],
  ["rate_limited", false],
  ["request_timeout", false],
  ["team_added_to_org", false],
  ["service_unavailable", true],
  ["internal_error", true],
  ["fatal_error", true],
]);

/** Too many posts or calls; the second is chat.postMessage's own word. */
const limits = new Set(["ratelimited", "rate_limited"]);

/** What only people can mend, and how. */
const remedies = new Map([
  ["not_authed", "set the bot token"],
  ["invalid_auth", "set a valid bot token"],
  ["account_inactive", "the bot or its app was removed: install the app again"],
  ["token_revoked", "install the app again and set its new bot token"],
  ["token_expired", "set a new bot token"],
  ["not_allowed_token_type", "use a bot token (xoxb-…)"],
  ["missing_scope", "add the scope to the app and install it again"],
  ["no_permission", "the workspace does not let the bot post"],
  ["access_denied", "the workspace does not let the bot in"],
  ["team_access_not_granted", "the organisation has not let the app into this workspace"],
  ["two_factor_setup_required", "set up the two factors that the workspace asks for"],
  ["message_limit_exceeded", "the workspace's plan takes no more messages"],
  ["org_login_required", "the workspace is being moved: wait, then resume"],
  ["enterprise_is_restricted", "the organisation does not allow this call"],
  ["accesslimited", "the workspace limits access"],
  ["not_in_channel", "invite the bot to the channel"],
  ["posting_to_channel_denied", "let the bot post in the channel"],
  ["channel_not_found", "check the channel; to a private one the bot must be invited"],
  ["invalid_channel", "check the channel; to a private one the bot must be invited"],
  ["is_archived", "the channel is archived: choose another one"],
  ["ekm_access_denied", "the organisation's key management refuses"],
]);

const restrictions = new Set([
  "restricted_action",
  "restricted_action_non_threadable_channel",
  "restricted_action_read_only_channel",
  "restricted_action_thread_locked",
  "restricted_action_thread_only_channel",
]);

const refusals = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "metadata_must_be_sent_from_app",
  "metadata_too_large",
  "msg_blocks_too_long",
  "msg_too_long",
  "no_text",
  "too_many_attachments",
]);

/** What the calls made here may need. */
const scopes = new Set([
  "channels:history",
  "channels:read",
  "chat:write",
  "chat:write.public",
  "files:write",
  "groups:history",
  "groups:read",
]);

/** The thread cannot be replied to; a new one can be begun. */
const ofThread = new Set([
  "cannot_reply_to_message",
  "restricted_action_thread_locked",
  "thread_not_found",
  "message_not_found",
]);

/** Slack's code when a call was answered with one. */
export function slackCode(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}

export function isThreadFailure(error: unknown): boolean {
  return ofThread.has(slackCode(error) ?? "");
}

/** Any failure of a call as a DeliveryError. */
export function slackFailure(error: unknown, last: LastAnswer, signal: AbortSignal): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (last.status === 429) return ofOutage("ratelimited", false, last);
  if (error instanceof WebAPIPlatformError) return ofCode(error, last);
  if (error instanceof WebAPIHTTPError) return ofStatus(error.statusCode, last);
  return transportError(error instanceof WebAPIRequestError ? error.original : error, signal);
}

function ofCode({ data }: WebAPIPlatformError, last: LastAnswer): DeliveryError {
  const code = data.error;
  if (typeof code !== "string" || !/^[a-z][a-z0-9_]{1,80}$/.test(code)) {
    return new DeliveryError("outage", "what answers is not Slack", { maybeDone: true });
  }
  const maybeDone = outages.get(code);
  if (maybeDone !== undefined) return ofOutage(code, maybeDone, last);
  const remedy = remedies.get(code);
  if (remedy !== undefined) {
    const message = `Slack: ${code}: ${remedy}${neededScopes(data)}`;
    return new DeliveryError("config", message, { answer: code });
  }
  if (code.startsWith("restricted_action")) {
    const known = restrictions.has(code) ? code : "restricted_action";
    const message = `Slack: ${known}: the workspace restricts who may post there`;
    return new DeliveryError("config", message, { answer: code });
  }
  if (refusals.has(code)) return new DeliveryError("refused", `Slack: ${code}`, { answer: code });
  if (/^(invalid_)?metadata_/.test(code)) {
    return new DeliveryError("refused", "Slack refuses the metadata", { answer: code });
  }
  // Perhaps of this event only. Retries end, the event is not lost at once. A word that is not known is not repeated.
  return new DeliveryError("outage", "Slack: an error that is not known", { answer: code });
}

function neededScopes(data: object): string {
  const needed = "needed" in data && typeof data.needed === "string" ? data.needed.split(",") : [];
  const known = needed.map((each) => each.trim()).filter((each) => scopes.has(each));
  return known.length === 0 ? "" : ` (${known.join(",")})`;
}

function ofStatus(status: number, last: LastAnswer): DeliveryError {
  const { verdict, maybeDone } = statusVerdict(status);
  if (verdict === "outage") return ofOutage(String(status), maybeDone, last);
  const remedy = verdict === "config" ? `: ${remedyFor(status)}` : "";
  return new DeliveryError(verdict, `Slack answered ${status}${remedy}`, {
    answer: String(status),
  });
}

function ofOutage(answer: string, maybeDone: boolean, last: LastAnswer): DeliveryError {
  const afterMs = retryAfterMs(last.retryAfter);
  return new DeliveryError("outage", `Slack: ${answer}`, {
    maybeDone,
    limited: limits.has(answer),
    answer,
    ...(afterMs !== undefined && { afterMs }),
  });
}
