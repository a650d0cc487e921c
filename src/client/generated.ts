/* Generated from schemas/openapi.yaml by `npm run generate`. */
import type { WaypostEvent } from "../event/event.ts";

export type EventWithDeliveries = WaypostEvent & {
  /**
   * By destination. Not a part of the event.
   */
  deliveries: Delivery[];
  /**
   * The destinations without a delivery, by the configuration of now. Not a part of the event.
   */
  notDelivered: NotDelivered[];
};
/**
 * The cursor of the next page; null on the last.
 */
export type Next = string | null;
/**
 * `unanswered`: the contact said the last word; `closed`: by a `business.conversation.closed` after its last message; else `open`.
 */
export type ConversationState = "unanswered" | "open" | "closed";
/**
 * `phone`: in the WhatsApp Business app; `api`: your services, and campaigns; `unknown`: nobody told Waypost.
 */
export type ChatSide = "contact" | "human" | "bot" | "phone" | "api" | "unknown";
/**
 * `scheduled` opens shortly before `nextAt`; `open` waits for its turn or for `nextAt`; `sending` is on its way, or may have taken effect;
 * `skipped`: at its turn no route held, see `reason`; `dead` gave up.
 */
export type DeliveryState = "scheduled" | "open" | "sending" | "delivered" | "skipped" | "dead";
export type Scope = "read" | "content" | "publish" | "operate" | "privacy" | "admin";
/**
 * What is wrong, by name; its runbook has the same name.
 */
export type ProblemKind =
  | "destination_paused"
  | "destination_out"
  | "destination_slow"
  | "destination_unheld"
  | "destination_removed"
  | "destination_check_failed"
  | "deliveries_dead"
  | "bus_not_ready"
  | "store_not_ready"
  | "indexes_missing"
  | "server_too_old"
  | "shards_differ"
  | "queue_unconsumed"
  | "queue_backlog"
  | "messages_dead"
  | "spool_waits"
  | "posts_unauthorized"
  | "quarantine_growth"
  | "account_silent"
  | "configuration_wrong"
  | "configuration_gone"
  | "reload_refused"
  | "configurations_differ"
  | "versions_differ"
  | "receiver_missing"
  | "disk_low"
  | "clock_skew"
  | "certificate_expiring"
  | "ops_exposed"
  | "tokens_shared"
  | "files_unavailable"
  | "meta_not_asked"
  | "meta_away"
  | "meta_token"
  | "meta_rights"
  | "meta_app"
  | "meta_callback"
  | "meta_fields"
  | "meta_account_unsubscribed"
  | "meta_account_unknown"
  | "meta_override";
/**
 * Where the ops port serves the page about it, for everyone.
 */
export type RunbookPath = string;

export interface Operations {
  /**
   * Events, newest first
   */
  "GET /api/events": {
    query?: {
      /**
       * Type patterns, any of which may match: repeat the parameter or separate with commas, at most 20. Segments
       * between dots, `*` for exactly one, `#` (URL-encode it: `%23`) for any number: `whatsapp.message.*`.
       */
      type?: string[];
      /**
       * A phone number id, a WABA id, or an account's name in waypost.yaml.
       */
      account?: string;
      /**
       * A conversation id. Finds the same person's events under other identities too.
       */
      conversation?: string;
      /**
       * A BSUID, a WhatsApp id or a phone number in any writing.
       */
      contact?: string;
      /**
       * The WhatsApp message id (`wamid.…`) that the event is about. URL-encode it.
       */
      messageId?: string;
      /**
       * Words that must all occur in the message's text, in any order; case and Latin marks do not matter.
       */
      text?: string;
      /**
       * Received at this time or later. RFC 3339 with its offset (a `+` URL-encoded), or a date, which begins at 00:00 UTC.
       */
      from?: string;
      /**
       * Received before this time.
       */
      to?: string;
      /**
       * Newest first unless told.
       */
      order?: "newest" | "oldest";
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` of the page before.
       */
      cursor?: string;
    };
    answer: EventPage;
  };
  /**
   * Tell what happened, or which message you sent
   */
  "POST /api/events": {
    /**
     * As `/schemas/intake.schema.json`, or a list of such. It is looked at by Waypost itself, which says more of what is wrong.
     */
    body: unknown;
    answer: {
      /**
       * Of the events, in the order told.
       */
      ids: string[];
    };
  };
  /**
   * Events as a file
   */
  "GET /api/export/events": {
    query?: {
      /**
       * A JSON object a line, or a table whose first line names the columns.
       */
      format?: "ndjson" | "csv";
      /**
       * Type patterns, any of which may match: repeat the parameter or separate with commas, at most 20. Segments
       * between dots, `*` for exactly one, `#` (URL-encode it: `%23`) for any number: `whatsapp.message.*`.
       */
      type?: string[];
      /**
       * A phone number id, a WABA id, or an account's name in waypost.yaml.
       */
      account?: string;
      /**
       * A conversation id. Finds the same person's events under other identities too.
       */
      conversation?: string;
      /**
       * A BSUID, a WhatsApp id or a phone number in any writing.
       */
      contact?: string;
      /**
       * The WhatsApp message id (`wamid.…`) that the event is about. URL-encode it.
       */
      messageId?: string;
      /**
       * Words that must all occur in the message's text, in any order; case and Latin marks do not matter.
       */
      text?: string;
      /**
       * Received at this time or later. RFC 3339 with its offset (a `+` URL-encoded), or a date, which begins at 00:00 UTC.
       */
      from?: string;
      /**
       * Received before this time.
       */
      to?: string;
      /**
       * Newest first unless told.
       */
      order?: "newest" | "oldest";
    };
    answer: undefined;
  };
  /**
   * Deliveries as a file
   */
  "GET /api/export/deliveries": {
    query?: {
      /**
       * A JSON object a line, or a table whose first line names the columns.
       */
      format?: "ndjson" | "csv";
      /**
       * A destination's name.
       */
      destination?: string;
      /**
       * To all destinations of waypost.yaml of this kind.
       */
      kind?: string;
      /**
       * What has become of it so far; also as people say it: `taken` (delivered), `waiting` (open and sending), `gave-up` (dead), `not-wanted` (skipped).
       */
      state?:
        | "scheduled"
        | "open"
        | "sending"
        | "delivered"
        | "skipped"
        | "dead"
        | "taken"
        | "waiting"
        | "gave-up"
        | "not-wanted";
      /**
       * How its last attempt ended: delivered, found (by looking before a repeat), outage, refused or config.
       */
      verdict?: "delivered" | "found" | "outage" | "refused" | "config";
      /**
       * The name of the route that asked for it.
       */
      route?: string;
      /**
       * An event id.
       */
      event?: string;
      /**
       * Type patterns, any of which may match: repeat the parameter or separate with commas, at most 20. Segments
       * between dots, `*` for exactly one, `#` (URL-encode it: `%23`) for any number: `whatsapp.message.*`.
       */
      type?: string[];
      /**
       * A phone number id, a WABA id, or an account's name in waypost.yaml.
       */
      account?: string;
      /**
       * A conversation id. Finds the same person's events under other identities too.
       */
      conversation?: string;
      /**
       * A BSUID, a WhatsApp id or a phone number in any writing.
       */
      contact?: string;
      /**
       * Created at this time or later. RFC 3339 with its offset, or a date, which begins at 00:00 UTC.
       */
      from?: string;
      /**
       * Created before this time.
       */
      to?: string;
    };
    answer: undefined;
  };
  /**
   * Live tail
   */
  "GET /api/events/stream": {
    query?: {
      /**
       * Type patterns, any of which may match: repeat the parameter or separate with commas, at most 20. Segments
       * between dots, `*` for exactly one, `#` (URL-encode it: `%23`) for any number: `whatsapp.message.*`.
       */
      type?: string[];
      /**
       * A phone number id, a WABA id, or an account's name in waypost.yaml.
       */
      account?: string;
      /**
       * A conversation id, compared as it is (without its aliases) for what comes in live.
       */
      conversation?: string;
    };
    answer: undefined;
  };
  /**
   * One event, with its deliveries
   */
  "GET /api/events/{id}": {
    path: {
      /**
       * The event id.
       */
      id: string;
    };
    answer: EventWithDeliveries;
  };
  /**
   * Whatever it is that you have
   */
  "POST /api/search": {
    body: {
      q: string;
    };
    answer: SearchHits;
  };
  /**
   * What became of one event, step by step
   */
  "GET /api/timeline/{id}": {
    path: {
      /**
       * The event id.
       */
      id: string;
    };
    answer: Timeline;
  };
  /**
   * One message and its timeline
   */
  "GET /api/messages/{wamid}": {
    path: {
      /**
       * The WhatsApp message id. URL-encode it; it may hold `=`, `/` and `+`.
       */
      wamid: string;
    };
    answer: Message;
  };
  /**
   * Conversations, the latest active first
   */
  "GET /api/conversations": {
    query?: {
      /**
       * `unanswered`: the contact said the last word, and nobody has answered since; a reaction is no such word, and a campaign is no answer. `closed`: a
       * `business.conversation.closed` came after its last message. `open`: neither.
       */
      state?: "unanswered" | "open" | "closed";
      /**
       * `closing`: the 24-hour window closes within 4 hours.
       */
      window?: "closing";
      /**
       * A phone number id, a WABA id, or an account's name in waypost.yaml.
       */
      account?: string;
      /**
       * A BSUID, a WhatsApp id or a phone number in any writing.
       */
      contact?: string;
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` of the page before.
       */
      cursor?: string;
    };
    answer: ConversationPage;
  };
  /**
   * One conversation
   */
  "GET /api/conversations/{id}": {
    path: {
      /**
       * The conversation id.
       */
      id: string;
    };
    answer: Conversation;
  };
  /**
   * One conversation as a chat
   */
  "GET /api/conversations/{id}/messages": {
    path: {
      /**
       * The conversation id.
       */
      id: string;
    };
    query?: {
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` or `previous` of another page.
       */
      cursor?: string;
    };
    answer: ChatPage;
  };
  /**
   * One contact, over all numbers
   */
  "GET /api/contacts/{id}": {
    path: {
      /**
       * A contact id, a BSUID, or a phone number in any writing, URL-encoded.
       */
      id: string;
    };
    answer: Contact;
  };
  /**
   * Change what is noted of a contact
   */
  "PATCH /api/contacts/{id}": {
    path: {
      /**
       * A contact id, a BSUID, or a phone number in any writing, URL-encoded.
       */
      id: string;
    };
    body: ContactPatch;
    answer: Contact;
  };
  /**
   * A file of a message
   */
  "GET /api/media/{id}": {
    path: {
      /**
       * Meta's media id, as in `data.message.image.id`.
       */
      id: string;
    };
    answer: undefined;
  };
  /**
   * Signed POSTs that could not be understood, newest first
   */
  "GET /api/quarantine": {
    query?: {
      /**
       * Received at this time or later. RFC 3339 with its offset (a `+` URL-encoded), or a date, which begins at 00:00 UTC.
       */
      from?: string;
      /**
       * Received before this time.
       */
      to?: string;
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` of the page before.
       */
      cursor?: string;
    };
    answer: QuarantinePage;
  };
  /**
   * One quarantined POST with all its bytes
   */
  "GET /api/quarantine/{id}": {
    path: {
      /**
       * `qrn_` and a hash of the bytes.
       */
      id: string;
    };
    answer: QuarantineEntry;
  };
  /**
   * Read a quarantined POST again
   */
  "POST /api/quarantine/{id}/retry": {
    path: {
      /**
       * `qrn_` and a hash of the bytes.
       */
      id: string;
    };
    body?: {};
    answer: QuarantineRetried;
  };
  /**
   * What would become of an event
   */
  "POST /api/routes/test": {
    body: {
      id?: string;
      event?: WaypostEvent;
      /**
       * What `POST /api/events` would take, in either form; nothing of it is taken.
       */
      told?: {
        [k: string]: unknown;
      };
    };
    answer: RoutesTested;
  };
  /**
   * Deliveries, newest first
   */
  "GET /api/deliveries": {
    query?: {
      /**
       * A destination's name.
       */
      destination?: string;
      /**
       * To all destinations of waypost.yaml of this kind.
       */
      kind?: string;
      /**
       * What has become of it so far; also as people say it: `taken` (delivered), `waiting` (open and sending), `gave-up` (dead), `not-wanted` (skipped).
       */
      state?:
        | "scheduled"
        | "open"
        | "sending"
        | "delivered"
        | "skipped"
        | "dead"
        | "taken"
        | "waiting"
        | "gave-up"
        | "not-wanted";
      /**
       * How its last attempt ended: delivered, found (by looking before a repeat), outage, refused or config.
       */
      verdict?: "delivered" | "found" | "outage" | "refused" | "config";
      /**
       * The name of the route that asked for it.
       */
      route?: string;
      /**
       * An event id.
       */
      event?: string;
      /**
       * Type patterns, any of which may match: repeat the parameter or separate with commas, at most 20. Segments
       * between dots, `*` for exactly one, `#` (URL-encode it: `%23`) for any number: `whatsapp.message.*`.
       */
      type?: string[];
      /**
       * A phone number id, a WABA id, or an account's name in waypost.yaml.
       */
      account?: string;
      /**
       * A conversation id. Finds the same person's events under other identities too.
       */
      conversation?: string;
      /**
       * A BSUID, a WhatsApp id or a phone number in any writing.
       */
      contact?: string;
      /**
       * Created at this time or later. RFC 3339 with its offset, or a date, which begins at 00:00 UTC.
       */
      from?: string;
      /**
       * Created before this time.
       */
      to?: string;
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` of the page before.
       */
      cursor?: string;
    };
    answer: DeliveryPage;
  };
  /**
   * Send it again
   */
  "POST /api/deliveries/{id}/retry": {
    path: {
      /**
       * The delivery's id, `<destination>:<event id>`. URL-encode it.
       */
      id: string;
    };
    body?: {
      /**
       * Also when it has taken effect already.
       */
      again?: boolean;
      /**
       * You have looked, and it has not taken effect: one that is dead as `unknown` is sent, where it would be asked again what became of it.
       */
      notDone?: boolean;
    };
    answer: Delivery;
  };
  /**
   * Cancel a scheduled one
   */
  "POST /api/deliveries/{id}/cancel": {
    path: {
      /**
       * The delivery's id, `<destination>:<event id>:<route>`. URL-encode it.
       */
      id: string;
    };
    body?: {
      /**
       * Shown with it; no personal data.
       */
      reason?: string;
    };
    answer: Delivery;
  };
  /**
   * End it
   */
  "POST /api/deliveries/{id}/give-up": {
    path: {
      /**
       * The delivery's id, `<destination>:<event id>`. URL-encode it.
       */
      id: string;
    };
    body?: {
      /**
       * Shown with it; no personal data.
       */
      reason?: string;
    };
    answer: Delivery;
  };
  /**
   * The destinations and how they fare
   */
  "GET /api/destinations": {
    answer: {
      items: Destination[];
    };
  };
  /**
   * Stop delivering to it
   */
  "POST /api/destinations/{name}/pause": {
    path: {
      /**
       * A destination of waypost.yaml.
       */
      name: string;
    };
    body?: {
      /**
       * Shown with it; no personal data.
       */
      reason?: string;
      /**
       * So long; then it goes on by itself. At most 30 days.
       */
      for?: string;
    };
    answer: Destination;
  };
  /**
   * Go on delivering to it
   */
  "POST /api/destinations/{name}/resume": {
    path: {
      /**
       * A destination of waypost.yaml.
       */
      name: string;
    };
    body?: {};
    answer: Destination;
  };
  /**
   * Ask it whether it would take something
   */
  "POST /api/destinations/{name}/check": {
    path: {
      /**
       * A destination of waypost.yaml.
       */
      name: string;
    };
    body?: {};
    answer: DestinationChecked;
  };
  /**
   * Who runs
   */
  "GET /api/processes": {
    answer: {
      items: (Process & {
        /**
         * The destinations that it holds.
         */
        delivers: string[];
      })[];
    };
  };
  /**
   * What has come to an end without having been taken
   */
  "GET /api/dead-letters": {
    answer: {
      items: DeadLetters[];
    };
  };
  /**
   * Read waypost.yaml again
   */
  "POST /api/reload": {
    answer: {
      reloaded: true;
      /**
       * How many are configured.
       */
      destinations: number;
      routes: number;
      warnings: string[];
      /**
       * Processes that run with another file, as far as the store knows.
       */
      others: {
        id: string;
        role: string;
      }[];
    };
  };
  /**
   * Remove what is left of former destinations
   */
  "POST /api/topology/prune": {
    body?: {
      /**
       * Also where messages wait or deliveries are open; those end as dead.
       */
      force?: boolean;
    };
    answer: {
      removed: string[];
      kept: {
        name: string;
        reason: string;
      }[];
    };
  };
  /**
   * Delete what lies in a queue's dead queue
   */
  "POST /api/topology/drop-dead": {
    body: {
      /**
       * The queue's name, as in `/api/status`, or that of its dead queue.
       */
      queue: string;
    };
    answer: {
      dropped: number;
    };
  };
  /**
   * What was sent again, newest first
   */
  "GET /api/replays": {
    query?: {
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` of the page before.
       */
      cursor?: string;
    };
    answer: {
      items: Replay[];
      next: Next;
    };
  };
  /**
   * Send again what the log has
   */
  "POST /api/replays": {
    body: {
      /**
       * As of `GET /api/events`, or, with one of the last six, as of `GET /api/deliveries`, of which what is over can be opened again. Neither takes
       * `messageId` and `text` with these.
       */
      filter: {
        type?: string[];
        account?: string;
        conversation?: string;
        contact?: string;
        messageId?: string;
        text?: string;
        from?: string;
        to?: string;
        destination?: string;
        kind?: string;
        state?: "dead" | "skipped" | "delivered" | "gave-up" | "not-wanted" | "taken";
        verdict?: "delivered" | "found" | "outage" | "refused" | "config";
        route?: string;
        event?: string;
      };
      /**
       * A destination, or `routed` for where the routes lead as they are now; of deliveries, their own.
       */
      to: string;
      /**
       * Also what the destination already has. The replay's id is then part of the idempotency key, so that receivers take it.
       */
      again?: boolean;
      /**
       * Also what writes to contacts, and what routes with `after` do later.
       */
      effects?: boolean;
      /**
       * Deliveries a second.
       */
      rate?: number;
      dryRun?: boolean;
    };
    answer: ReplayPlan | Replay;
  };
  /**
   * How far it is, and what became of its deliveries
   */
  "GET /api/replays/{id}": {
    path: {
      id: string;
    };
    answer: Replay;
  };
  /**
   * Open no more
   */
  "POST /api/replays/{id}/abort": {
    path: {
      id: string;
    };
    answer: Replay;
  };
  /**
   * Read what is stored again, with the present parser
   */
  "POST /api/renormalizations": {
    body: {
      /**
       * Received since, inclusive. A date or an RFC 3339 time.
       */
      from: string;
      /**
       * Received before. Keep it the same for all slices.
       */
      to: string;
      /**
       * Any of these patterns. Stored events go by their stored type, those of quarantine by what is made of them.
       */
      types?: string[];
      /**
       * Says what would be published, publishes nothing.
       */
      dryRun?: boolean;
      /**
       * `next` of the slice before.
       */
      cursor?: string;
    };
    answer: Renormalization;
  };
  /**
   * What became of what was sent
   */
  "GET /api/report": {
    query?: {
      /**
       * A row for each value of these (template, account, campaign, variant, hour); only the total unless told. Repeat the parameter or separate with commas.
       */
      by?: string[];
      /**
       * RFC 3339 with its offset, or a date. One day before `to` unless told.
       */
      from?: string;
      /**
       * Now unless told.
       */
      to?: string;
    };
    answer: Report;
  };
  /**
   * Who you are, and what you may
   */
  "GET /api/session": {
    answer: WhoAmI | Nobody;
  };
  /**
   * Begin a session of the console
   */
  "POST /api/session": {
    body: {
      token?: string;
      code?: string;
    };
    answer: WhoAmI;
  };
  /**
   * End this session
   */
  "DELETE /api/session": {
    answer: {
      ended: true;
    };
  };
  /**
   * A code that begins one session
   */
  "POST /api/session/codes": {
    answer: {
      code: string;
      expiresAt: string;
    };
  };
  /**
   * Tokens by name, without their secrets
   */
  "GET /api/tokens": {
    answer: {
      items: ApiToken[];
    };
  };
  /**
   * Make a token
   */
  "POST /api/tokens": {
    body: {
      name: string;
      /**
       * @minItems 1
       */
      scopes: Scope[];
      /**
       * Accounts of waypost.yaml by name, or phone number ids: nothing of any other is seen. Absent: all.
       *
       * @minItems 1
       */
      accounts?: string[];
      /**
       * Absent: never.
       */
      expiresAt?: string;
    };
    answer: ApiToken & {
      secret: string;
    };
  };
  /**
   * Revoke a token
   */
  "DELETE /api/tokens/{name}": {
    path: {
      name: string;
    };
    answer: {
      revoked: string;
    };
  };
  /**
   * Saved views of the console
   */
  "GET /api/views": {
    answer: {
      items: SavedView[];
    };
  };
  /**
   * Save a view
   */
  "POST /api/views": {
    body: {
      /**
       * Shown to all who see it; no personal data.
       */
      name: string;
      page: string;
      /**
       * As in the console's fragment, people as `ctc_…`.
       */
      filter: string;
      shared?: boolean;
    };
    answer: SavedView;
  };
  /**
   * Rename a view, or share it
   */
  "PATCH /api/views/{id}": {
    path: {
      id: string;
    };
    body: {
      /**
       * Shown to all who see it; no personal data.
       */
      name?: string;
      shared?: boolean;
    };
    answer: SavedView;
  };
  /**
   * Remove a view
   */
  "DELETE /api/views/{id}": {
    path: {
      id: string;
    };
    answer: {
      removed: string;
    };
  };
  /**
   * Who read contents, and who did what, newest first
   */
  "GET /api/audit": {
    query?: {
      /**
       * The name of a token.
       */
      who?: string;
      /**
       * The `operationId` of this document.
       */
      action?: string;
      /**
       * Received at this time or later. RFC 3339 with its offset (a `+` URL-encoded), or a date, which begins at 00:00 UTC.
       */
      from?: string;
      /**
       * Received before this time.
       */
      to?: string;
      /**
       * How many to return at most.
       */
      limit?: number;
      /**
       * The `next` of the page before.
       */
      cursor?: string;
    };
    answer: {
      items: AuditEntry[];
      next: Next;
    };
  };
  /**
   * Figures by minute, hour or day
   */
  "GET /api/series": {
    query?: {
      /**
       * RFC 3339 with its offset, or a date. One day before `to` unless told.
       */
      from?: string;
      /**
       * Now unless told.
       */
      to?: string;
      step?: "minute" | "hour" | "day";
    };
    answer: Series;
  };
  /**
   * How much the log holds
   */
  "GET /api/stats": {
    answer: Stats;
  };
  /**
   * Whether all is well, and if not, what to do
   */
  "GET /api/status": {
    answer: Status;
  };
  /**
   * Everything tried out, with remedies
   */
  "GET /api/doctor": {
    answer: DoctorReport;
  };
  /**
   * What runs, without secrets
   */
  "GET /api/configuration": {
    answer: RunningConfiguration;
  };
  /**
   * How Meta sends here, and what is missing
   */
  "GET /api/connect": {
    answer: Connection;
  };
  /**
   * Send a signed message to the own callback URL, and see where it went
   */
  "POST /api/test-message": {
    body?: {
      asTest?: boolean;
      /**
       * With `asTest: false`: of which number; else a made-up one.
       */
      phoneNumberId?: string;
      /**
       * `public`: PUBLIC_URL, through DNS, proxy and certificate; `local`: the port itself. Public where it is known, unless told.
       */
      to?: "public" | "local";
    };
    answer: TestMessage;
  };
  /**
   * What a problem means and what to do, as Markdown
   */
  "GET /runbooks/{name}": {
    path: {
      name: string;
    };
    answer: undefined;
  };
  /**
   * The process lives
   */
  "GET /healthz": {
    answer: {
      status: "ok";
    };
  };
  /**
   * The role can do its work
   */
  "GET /readyz": {
    answer: Readiness;
  };
  /**
   * Prometheus metrics
   */
  "GET /metrics": {
    answer: undefined;
  };
  /**
   * The contracts
   */
  "GET /schemas/{name}": {
    path: {
      /**
       * The file.
       */
      name:
        "event.schema.json" | "intake.schema.json" | "whatsapp-webhook.schema.json" | "openapi.yaml" | "asyncapi.yaml";
    };
    answer: undefined;
  };
}
export interface RoutesTested {
  event: {
    id: string;
    type: string;
  };
  /**
   * When it was asked.
   */
  asOf: string;
  /**
   * All of them, in the file's order.
   */
  routes: {
    route: string;
    to: string[];
    /**
     * `when`: all of it holds.
     */
    matches: boolean;
    /**
     * The first key that says no.
     */
    because?: string;
    /**
     * The same in words.
     */
    says?: string;
    /**
     * Each key that is asked at the turn, of a route that matches.
     */
    only?: {
      key: string;
      holds: "yes" | "no" | "unknown";
      /**
       * As it was when the event came (plus `after`), or as it is now.
       */
      asOf: "event" | "now";
    }[];
    /**
     * When `after` is over.
     */
    opensAt?: string;
    /**
     * What `set` would change.
     */
    sets?: {
      [k: string]: unknown;
    }[];
    /**
     * What `emit` would publish.
     */
    emits?: {
      type: string;
      data?: unknown;
    }[];
    /**
     * Why `set` or `emit` cannot be done.
     */
    problem?: string;
  }[];
  deliveries: {
    destination: string;
    kind: string;
    /**
     * The first that holds.
     */
    route: string;
    would: "send" | "skip" | "wait";
    opensAt?: string;
    /**
     * Why it would be skipped: each route with its key, `once` and `maxAge` among them.
     */
    says?: string;
    /**
     * What would be sent, with the options of the route. No secrets.
     */
    wouldSend?: unknown;
    /**
     * Of a destination that writes to contacts, as things stand: the first that does not allow ends the delivery as skipped. `window`, `stop`, `holder`, `age`, `pace`, …
     */
    guards?: {
      guard: string;
      allows: boolean;
      /**
       * Why not, or what it knows.
       */
      says?: string;
    }[];
  }[];
  notDelivered: NotDelivered[];
}
export interface NotDelivered {
  destination: string;
  /**
   * Of the routes to it the one that comes closest: the most of its keys hold, of equals the first in the file. Absent: none leads there.
   */
  route?: string;
  /**
   * Its first key that says no, with dots where it has parts: `text.contains`; `test`: a test event. Absent: the route takes such events now.
   */
  because?: string;
  /**
   * In words.
   */
  says: string;
}
export interface EventPage {
  items: WaypostEvent[];
  next: Next;
}
/**
 * The business's side.
 */
export interface Account {
  wabaId?: string;
  phoneNumberId?: string;
}
export interface Message {
  id: string;
  direction: "in" | "out";
  type?: string;
  /**
   * Name of the template.
   */
  template?: string;
  /**
   * Told through intake, as what follows: human, bot or campaign.
   */
  sentBy?: string;
  campaign?: string;
  variant?: string;
  /**
   * What it is about in your systems.
   */
  ref?: string | {};
  conversationId?: string;
  account: Account;
  /**
   * The highest so far: sent, failed, delivered, read, played. Absent for messages received.
   */
  status?: string;
  /**
   * When each status was first seen, by the payload's time.
   */
  statusAt: {
    [k: string]: string;
  };
  errors: {
    code?: number;
    title?: string;
  }[];
  /**
   * As Meta last gave it.
   */
  pricing?: {
    billable?: boolean;
    model?: string;
    type?: string;
    category?: string;
  };
  /**
   * Every event about the message, oldest first.
   */
  events: WaypostEvent[];
}
export interface Conversation {
  id: string;
  /**
   * The same person's conversation under other identities.
   */
  aliases: string[];
  account: Account;
  contact: {
    /**
     * The BSUID.
     */
    userId?: string;
    waId?: string;
    name?: string;
    username?: string;
  };
  groupId?: string;
  firstAt: string;
  lastAt: string;
  lastInboundAt?: string;
  /**
   * Until when the 24-hour customer service window is open.
   */
  windowOpenUntil?: string;
  state: ConversationState;
  /**
   * When the contact said the last thing that nobody has answered.
   */
  unansweredSince?: string;
  /**
   * The last message of either side; reactions, edits and deletions are none.
   */
  last?: {
    direction: "in" | "out";
    type: string;
    text?: string;
    at: string;
  };
}
export interface Timeline {
  event: WaypostEvent;
  /**
   * Oldest first; those that are still to come last.
   */
  steps: {
    /**
     * When; of what is still to come, when it is due. Of `not-sent`, when the event was received.
     */
    at: string;
    /**
     * `received` with its POST; `durable` before the POST was answered; `stored` in the log; `opened`: a delivery was made; `attempt`; `waiting` for its turn or the next
     * attempt; `scheduled`; `taken` by the destination; `dead`: gave up; `skipped`: not wanted at its turn; `not-sent`: no delivery was made.
     */
    kind:
      | "received"
      | "durable"
      | "stored"
      | "opened"
      | "attempt"
      | "waiting"
      | "scheduled"
      | "taken"
      | "dead"
      | "skipped"
      | "not-sent";
    destination?: string;
    /**
     * Its id.
     */
    delivery?: string;
    /**
     * What happened
     */
    words: string;
    /**
     * In the vendor's words
     */
    detail?: string;
    /**
     * How long it took.
     */
    ms?: number;
  }[];
}
export interface SearchHits {
  items: {
    kind: "contact" | "conversation" | "message" | "event" | "post" | "delivery" | "link";
    /**
     * Of its kind: a contact's `ctc_…`, a message's `wamid.…`, a POST's `pst_…` or `qrn_…`; of a link, what the destination calls it.
     */
    id: string;
    /**
     * For people.
     */
    title: string;
    detail?: string;
    at?: string;
    /**
     * An event id.
     */
    event?: string;
    conversation?: string;
    contact?: string;
  }[];
}
export interface ChatPage {
  items: ChatMessage[];
  /**
   * The cursor of the page before it in time; null where there is none.
   */
  next: string | null;
  /**
   * The cursor of the page after it in time; null where there is none.
   */
  previous: string | null;
}
export interface ChatMessage {
  /**
   * The WhatsApp message id.
   */
  id: string;
  direction: "in" | "out";
  /**
   * When it was sent.
   */
  at: string;
  by: ChatSide;
  /**
   * Of the person who wrote it, where it is known; in a group they differ.
   */
  name?: string;
  /**
   * As Meta calls it; `unknown` where only statuses are known.
   */
  type: string;
  /**
   * What it says; after an edit, what it says then.
   */
  text?: string;
  /**
   * Name of the template.
   */
  template?: string;
  /**
   * The message that it answers.
   */
  quotes?: {
    id: string;
    /**
     * Absent: it is not known, or has none.
     */
    text?: string;
  };
  media?: {
    /**
     * For `/api/media/{id}`.
     */
    id?: string;
    mimeType?: string;
    fileName?: string;
    /**
     * Absent: it was not fetched.
     */
    bytes?: number;
  };
  /**
   * Of what was sent, the highest so far: sent, failed, delivered, read, played.
   */
  status?: string;
  /**
   * When it was first seen.
   */
  statusAt?: string;
  errors?: {
    code?: number;
    title?: string;
  }[];
  /**
   * The last of each person.
   */
  reactions?: {
    emoji: string;
    by: ChatSide;
  }[];
  /**
   * When it was last edited.
   */
  edited?: string;
  /**
   * When its sender deleted it.
   */
  deleted?: string;
  /**
   * Ids of the events that it was made of, oldest first; of statuses only where nothing else is known.
   */
  events: string[];
}
export interface QuarantineRetried {
  id: string;
  /**
   * Events that were made of it.
   */
  understood: number;
  /**
   * Ids of those that the log did not have.
   */
  published: string[];
  /**
   * What still cannot be understood.
   */
  problems: {
    path: string;
    reason: string;
  }[];
  /**
   * Nothing is left; the entry has gone.
   */
  closed: boolean;
}
export interface DestinationChecked {
  name: string;
  kind: string;
  ok: boolean;
  ms: number;
  checks: {
    name: string;
    ok: boolean;
    /**
     * In words; of a fault, with its remedy. It may name an account of yours.
     */
    detail: string;
  }[];
}
export interface DeadLetters {
  of: "deliveries" | "messages";
  /**
   * Of the destination or the queue.
   */
  name: string;
  /**
   * Of a destination's queue too.
   */
  destination?: string;
  count: number;
  words: string;
  remedy: string;
}
export interface Contact {
  /**
   * Of two that turned out to be one person, the older. The other one finds them too.
   */
  id: string;
  /**
   * Of contacts that turned out to be the same person.
   */
  formerIds?: string[];
  /**
   * BSUIDs.
   */
  userIds: string[];
  /**
   * As digits.
   */
  phones: string[];
  name?: string;
  username?: string;
  tags: string[];
  fields: {
    [k: string]: string | number | boolean;
  };
  owner?: ContactOwner;
  consent: {
    /**
     * Said no to offers.
     */
    marketing?: "revoked";
    /**
     * Said stop. Nothing at all is sent until they write again.
     */
    stopped?: true;
    /**
     * When either was last said or taken back.
     */
    at?: string;
  };
  /**
   * The first message that they wrote.
   */
  first?: {
    at: string;
    eventId: string;
  };
}
/**
 * Of a pool of waypost.yaml, by its member's name.
 */
export interface ContactOwner {
  pool: string;
  name: string;
}
export interface ContactPatch {
  /**
   * `+` gives a tag, `-` takes it away.
   */
  tags?: string[];
  /**
   * By name; null takes a field away.
   */
  fields?: {
    [k: string]: string | number | boolean | null;
  };
  /**
   * A member of a pool of waypost.yaml; null takes the owner away.
   */
  owner?: ContactOwner | null;
  /**
   * As said now.
   */
  consent?: {
    marketing?: "revoked" | "granted";
    stopped?: boolean;
  };
}
export interface ConversationPage {
  items: Conversation[];
  next: Next;
}
export interface ReplayPlan {
  /**
   * Events or deliveries of the filter.
   */
  found: number;
  /**
   * How many would be sent.
   */
  opened: number;
  /**
   * The destination has them
   */
  had: number;
  /**
   * By why.
   */
  leftOut: {
    [k: string]: number;
  };
  /**
   * false: there are more than could be looked at in five seconds.
   */
  complete: boolean;
  /**
   * The first 20.
   */
  sample: {
    destination: string;
    eventId: string;
    eventType: string;
    receivedAt?: string;
  }[];
}
export interface Replay {
  id: string;
  state: "running" | "done" | "aborted" | "failed";
  createdAt: string;
  /**
   * Who began it: the token's name; `OPS_TOKENS` of one of those.
   */
  by?: string;
  /**
   * When all was opened; deliveries may still wait.
   */
  doneAt?: string;
  /**
   * Why it failed.
   */
  reason?: string;
  /**
   * As it was asked for; `to` is its frozen end.
   */
  filter: {
    of?: string;
    types?: string[];
    account?: string;
    /**
     * Of the token that began it.
     */
    accounts?: string[];
    conversation?: string;
    contact?: string;
    messageId?: string;
    text?: string;
    from?: string;
    to?: string;
    /**
     * Several: those of a `kind`.
     */
    destination?: string | string[];
    state?: string;
    verdict?: string;
    route?: string;
    event?: string;
  };
  to: string;
  again: boolean;
  effects: boolean;
  rate: number;
  /**
   * How many events or deliveries the filter has; absent where they were too many to be counted in five seconds.
   */
  total?: number;
  /**
   * How many of them it has gone through.
   */
  found: number;
  opened: number;
  had: number;
  leftOut: {
    [k: string]: number;
  };
  /**
   * Of the deliveries it opened, how many are in which state.
   */
  rows?: {
    [k: string]: number;
  };
}
export interface WhoAmI {
  /**
   * Of the token; `OPS_TOKENS` of one of those.
   */
  name: string;
  scopes: Scope[];
  /**
   * Phone number ids: nothing of any other is seen. Absent: all.
   */
  accounts?: string[];
  /**
   * Whether it is a session of the console.
   */
  session: boolean;
  /**
   * Whether this request sees contents. A session that does not may say why by `X-Waypost-Reveal`.
   */
  revealed: boolean;
  /**
   * Absent: never.
   */
  expiresAt?: string;
  production: boolean;
}
export interface Nobody {
  session: null;
}
export interface SavedView {
  id: string;
  name: string;
  page: string;
  /**
   * As in the console's fragment.
   */
  filter: string;
  /**
   * Name of the token that made it.
   */
  owner: string;
  shared: boolean;
  /**
   * Its filter may tell of a person: words, a message, a conversation.
   */
  personal: boolean;
  createdAt: string;
}
export interface ApiToken {
  name: string;
  scopes: Scope[];
  /**
   * Phone number ids. Absent: all.
   */
  accounts?: string[];
  createdAt: string;
  /**
   * The name of the token that made it.
   */
  createdBy: string;
  /**
   * Absent: never.
   */
  expiresAt?: string;
  /**
   * To the minute.
   */
  lastUsedAt?: string;
}
export interface AuditEntry {
  id: string;
  at: string;
  /**
   * The token's name; `OPS_TOKENS` of one of those.
   */
  who: string;
  /**
   * Whether it was in the console.
   */
  session?: boolean;
  /**
   * The `operationId` of this document.
   */
  action: string;
  /**
   * What was asked for. Of texts and WhatsApp ids it only says that they were given: `true`.
   */
  filter?: {
    id?: string | boolean;
    [k: string]:
      | {
          [k: string]: unknown;
        }
      | string
      | boolean
      | undefined;
  };
  /**
   * How many were shown or met.
   */
  count?: number;
  /**
   * `cut`: the connection ended before the answer; `begun`: of an act, how it ended is not known yet, or never will be, for the process was killed meanwhile.
   */
  result: "done" | "refused" | "failed" | "cut" | "begun";
  /**
   * Why contents were shown, in the words of who asked.
   */
  reason?: string;
}
export interface Delivery {
  /**
   * `<destination>:<event id>`; of a route with `after` also `:<route>`.
   */
  id: string;
  destination: string;
  eventId: string;
  eventType: string;
  account?: Account;
  /**
   * The route that asked for it, from its turn on the one that held, or `replay`; `none` of what is no event.
   */
  route: string;
  /**
   * All routes that took its event, in the file's order, where they are asked at its turn.
   */
  routes?: string[];
  /**
   * Those of them that held at its turn. They are not asked again.
   */
  decided?: string[];
  /**
   * The conversation; both ids where two are known. Without one, what the event is about, such as `template:<id>`, or the event itself. Deliveries that share a key go in order.
   */
  laneKeys: string[];
  /**
   * Order within the destination.
   */
  seq: number;
  state: DeliveryState;
  /**
   * The replay that opened it. In its conversation it goes behind what is live.
   */
  replay?: string;
  /**
   * The replay that has it take effect once more: part of the idempotency key.
   */
  again?: string;
  /**
   * It is dead, or was opened again, although an attempt may have taken effect. Before a retry is sent, the destination is asked for it where it can be; else a repeat is counted.
   */
  unknown?: true;
  /**
   * Those that count; an outage of the destination adds none.
   */
  attempts: number;
  /**
   * When it is tried next; of a scheduled one, when it is due.
   */
  nextAt?: string;
  /**
   * Of a route with `after`: when it is, or was, due. It is counted as no older than that.
   */
  dueAt?: string;
  /**
   * The last 20 attempts.
   */
  history: {
    at: string;
    /**
     * How long it took.
     */
    ms: number;
    /**
     * delivered, found (by looking before a repeat), outage, refused, config.
     */
    outcome: string;
    /**
     * The vendor's, redacted. It may repeat what the event says in other forms, so it is only here: never in reason, lastError, logs or alerts.
     */
    answer?: string;
    nextAt?: string;
  }[];
  /**
   * The vendor's id of what was made.
   */
  remoteId?: string;
  createdAt: string;
  doneAt?: string;
  /**
   * Why it is dead or skipped, in words.
   */
  reason?: string;
  /**
   * Events that follow from it.
   */
  emits?: WaypostEvent[];
  /**
   * These are not all. It failed, and is called again when it is tried again.
   */
  partial?: true;
}
export interface DeliveryPage {
  items: Delivery[];
  next: Next;
}
/**
 * With a token of some accounts without `holder` and without what follows `pause`, in which deliveries of all accounts are counted.
 */
export interface Destination {
  name: string;
  /**
   * Absent when it is no longer configured.
   */
  kind?: string;
  /**
   * `delivering`; `paused` by an operator or by itself; `out`: it takes nothing now and is tried again and again;
   * `unheld`: no worker runs for it; `removed`: no longer configured, and something of it is left.
   */
  state: "delivering" | "paused" | "out" | "unheld" | "removed";
  /**
   * The state in words.
   */
  says: string;
  /**
   * The process that delivers to it.
   */
  holder?: string;
  breaker: "closed" | "open";
  breakerSince?: string;
  pause?: {
    by: "operator" | "config";
    reason: string;
    at: string;
    /**
     * When it goes on by itself.
     */
    until?: string;
  };
  /**
   * Deliveries that wait or are on their way.
   */
  open?: number;
  /**
   * Deliveries of routes with `after` that are not due yet.
   */
  scheduled?: number;
  oldestOpenAt?: string;
  /**
   * About how long what waits will take, reckoned from what it took in the last minute. Only while it works through what waits:
   * absent while it is out or paused, and no time of an outage counts.
   */
  drainsInMs?: number;
  /**
   * Deliveries that gave up.
   */
  dead?: number;
  lastSuccessAt?: string;
  /**
   * In words.
   */
  lastError?: string;
  lastErrorAt?: string;
  /**
   * Second effects that could not be ruled out.
   */
  repeats?: number;
}
export interface Process {
  id: string;
  role: "start" | "receive" | "work" | "ops";
  host: string;
  pid: number;
  version: string;
  /**
   * Of waypost.yaml as the process runs it.
   */
  configHash: string;
  startedAt: string;
  seenAt: string;
}
export interface QuarantineEntry {
  id: string;
  receivedAt: string;
  postId: string;
  /**
   * `/hooks/<name>` of a source's POST; absent of Meta's.
   */
  source?: string;
  bytes: number;
  /**
   * Where and why; at most 100 are kept.
   */
  problems: {
    path: string;
    reason: string;
  }[];
  /**
   * The body as it came, byte for byte. In lists only up to 64 KiB.
   */
  dataBase64?: string;
}
export interface QuarantinePage {
  items: QuarantineEntry[];
  next: Next;
}
/**
 * What became of one slice.
 */
export interface Renormalization {
  /**
   * Of the parser that read.
   */
  dataversion: number;
  dryRun: boolean;
  counts: {
    /**
     * Stored events that were read.
     */
    events: number;
    unchanged: number;
    /**
     * The same id with other data.
     */
    changed: number;
    /**
     * Other events take their place.
     */
    superseded: number;
    /**
     * Made of stored events, under new ids.
     */
    split: number;
    /**
     * The parser makes nothing of them now; they stay as they are.
     */
    lost: number;
    /**
     * They differ, but the parser's dataversion is not higher than theirs.
     */
    refused: number;
    /**
     * Without a raw: published by your services.
     */
    skipped: number;
    /**
     * POSTs in quarantine that were read.
     */
    quarantined: number;
    /**
     * Those of them that hold no problem any more. They stay until they expire.
     */
    understood: number;
    /**
     * Events made of them that the log does not have.
     */
    recovered: number;
    published: number;
  };
  /**
   * How many events differ in each property.
   */
  paths: {
    [k: string]: number;
  };
  examples: {
    kind: "changed" | "superseded" | "split" | "lost" | "refused" | "recovered";
    id: string;
    type: string;
    changes?: {
      path: string;
      /**
       * As JSON, cut to 200 characters.
       */
      before?: string;
      /**
       * As JSON, cut to 200 characters.
       */
      after?: string;
    }[];
  }[];
  next: Next;
}
export interface Counts {
  [k: string]: number;
}
export interface ReportRow {
  /**
   * A value for each of `by`; empty where a message has none.
   */
  key: {
    template?: string;
    account?: string;
    campaign?: string;
    variant?: string;
    hour?: string;
  };
  messages: number;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  /**
   * The most frequent first.
   */
  failures: {
    /**
     * Meta's.
     */
    code?: number;
    meaning: string;
    count: number;
  }[];
  /**
   * The contact wrote within 24 hours after it.
   */
  replied: number;
  /**
   * `business.consent.revoked` within 24 hours after it.
   */
  optedOut: number;
  /**
   * Known by their statuses alone: nobody told Waypost what they say.
   */
  untold: number;
  /**
   * Of messages whose statuses say it.
   */
  pricing: {
    category: string;
    billable: boolean;
    count: number;
  }[];
  /**
   * Of rows by account and hour alone, and of the total.
   */
  firstResponse?: FirstResponse;
}
export interface Report {
  by: ("template" | "account" | "campaign" | "variant" | "hour")[];
  from: string;
  to: string;
  /**
   * By hour, else the most messages first.
   */
  rows: ReportRow[];
  total: ReportRow;
  /**
   * false: there are more than 200,000 messages; later ones are missing.
   */
  complete: boolean;
  reconciliation: {
    hours: {
      at: string;
      account: string;
      /**
       * Events that receivers made durable.
       */
      received: number;
      /**
       * The log had them already.
       */
      repeated: number;
      stored: number;
    }[];
    destinations: {
      destination: string;
      taken: number;
      dead: number;
    }[];
    /**
     * In words: hours and numbers of which the log lacks something that was received.
     */
    gaps: string[];
  };
}
export interface FirstResponse {
  count: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
}
export interface Series {
  step: "minute" | "hour" | "day";
  from: string;
  to: string;
  /**
   * Accounts are counted until then.
   */
  countedTo: string;
  accounts: {
    /**
     * A phone number id, else a WABA id; `none` of events that are of no account.
     */
    account: string;
    points: AccountPoint[];
  }[];
  /**
   * Each since its start.
   */
  processes: {
    process: string;
    role: string;
    host: string;
    points: ProcessPoint[];
  }[];
  destinations: {
    destination: string;
    points: DestinationPoint[];
  }[];
  /**
   * Oldest first, at most 1,000.
   */
  marks: {
    at: string;
    what: "start" | "reload" | "pause" | "resume";
    /**
     * The process that started, the role that reloaded, or the destination.
     */
    of: string;
    /**
     * The version of what started, or why a destination was paused.
     */
    detail?: string;
  }[];
}
export interface AccountPoint {
  /**
   * When the step begins.
   */
  at: string;
  /**
   * All that the log has stored.
   */
  events: number;
  /**
   * Messages that contacts wrote.
   */
  inbound: number;
  byType: Counts;
  /**
   * Messages of your side that Waypost was told of, echoes among them.
   */
  outgoing: number;
  /**
   * Statuses that came, here and below; a message has several.
   */
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  byStatus: Counts;
  /**
   * Failed statuses by Meta's code.
   */
  failures: Counts;
  /**
   * Outgoing messages by what was told of them, the most frequent first.
   */
  told: {
    template?: string;
    campaign?: string;
    variant?: string;
    count: number;
  }[];
  /**
   * How many contacts wrote. Of hours and days that are over.
   */
  writers?: number;
  /**
   * How long contacts waited for the answers that were given in this time, from their first message since the answer before. Of hours and days.
   */
  firstResponse?: FirstResponse;
}
export interface ProcessPoint {
  at: string;
  posts: number;
  byCode: Counts;
  /**
   * POSTs answered 401.
   */
  unauthorized: number;
  /**
   * POSTs that went through the spool.
   */
  spooled: number;
  /**
   * Of POSTs answered 200. Percentiles are read from a histogram.
   */
  ack?: {
    count: number;
    p50Ms: number;
    p99Ms: number;
    /**
     * The share that took longer than a second.
     */
    over1s: number;
  };
}
export interface DestinationPoint {
  at: string;
  taken: number;
  /**
   * Attempts by what became of them: delivered, found, outage, refused, config.
   */
  byVerdict: Counts;
  /**
   * Deliveries that gave up.
   */
  dead: number;
  /**
   * The age of the oldest that waited, at its largest.
   */
  oldestAgeMs: number;
}
/**
 * With a token of some accounts `kind` and `lastEventAt` alone; all else is counted over all accounts.
 */
export interface Stats {
  kind: "mongodb" | "embedded";
  events?: number;
  messages?: number;
  conversations?: number;
  quarantine?: number;
  /**
   * Events per type in the last 24 hours.
   */
  last24h?: {
    [k: string]: number;
  };
  /**
   * The newest `receivedAt` per account.
   */
  lastEventAt: {
    [k: string]: string;
  };
}
export interface Status {
  /**
   * False when a problem is an error.
   */
  ok: boolean;
  /**
   * Errors first.
   */
  problems: {
    kind: ProblemKind;
    level: "error" | "warning";
    what: string;
    remedy: string;
    runbook: RunbookPath;
  }[];
  version: string;
  roles: string[];
  startedAt: string;
  /**
   * waypost.yaml, as the process that answers has it.
   */
  configuration: {
    file: string;
    /**
     * Whether what runs came from it.
     */
    found: boolean;
    /**
     * Why the last reload was refused. Absent when it was not.
     */
    refused?: "gone" | "wrong";
  };
  bus: {
    kind: "rabbitmq" | "embedded";
    ready: boolean;
    reason?: string;
    queues: {
      name: string;
      /**
       * Messages that wait.
       */
      ready: number;
      unacked?: number;
      consumers?: number;
      /**
       * Messages that are no events.
       */
      dead: number;
    }[];
  };
  store: {
    ready: boolean;
    reason?: string;
    stats?: Stats;
  };
  /**
   * Only when the receiver runs in the process that answers.
   */
  receiver?: {
    spool?: {
      posts: number;
      bytes: number;
      oldestAt?: string;
    };
    /**
     * POSTs answered 401 since the start.
     */
    unauthorized: number;
    lastUnauthorizedAt?: string;
  };
  /**
   * Empty while the store does not answer.
   */
  destinations: Destination[];
  /**
   * Every role that is seen, wherever it runs. Empty while the store does not answer.
   */
  processes: Process[];
  accounts: {
    id: string;
    lastEventAt: string;
  }[];
}
export interface Readiness {
  ready: boolean;
  /**
   * True from the moment the process was told to stop.
   */
  stopping?: boolean;
  checks: {
    name: string;
    ok: boolean;
    reason?: string;
  }[];
}
export interface DoctorReport {
  at: string;
  ok: boolean;
  /**
   * What is not ok first.
   */
  findings: {
    /**
     * The part of Waypost, or a destination.
     */
    of: string;
    ok: boolean;
    found: string;
    remedy?: string;
    kind?: ProblemKind;
    runbook?: RunbookPath;
  }[];
}
/**
 * What runs, without secrets.
 */
export interface RunningConfiguration {
  /**
   * Where waypost.yaml is looked for.
   */
  file: string;
  /**
   * There is one.
   */
  found: boolean;
  /**
   * Of what it says, but for secrets: as `GET /api/processes` has it of each process.
   */
  hash: string;
  /**
   * The file as it was read last, secrets as `(hidden)`.
   */
  yaml: string;
  settings: {
    name: string;
    /**
     * Absent: a secret, or nothing is set and there is no default.
     */
    value?: string;
    /**
     * `made`: by Waypost, in DATA_DIR.
     */
    from: "set" | "default" | "made" | "unset";
    secret?: boolean;
  }[];
  retention: {
    what: string;
    /**
     * Absent: for ever.
     */
    days?: number;
    /**
     * What changes it.
     */
    setting?: string;
  }[];
  /**
   * Those that Meta signs with, in the order of WHATSAPP_APP_SECRET.
   */
  secrets: {
    name: string;
    /**
     * Absent: not since Waypost notes it.
     */
    lastUsedAt?: string;
  }[];
}
/**
 * How Meta sends to this Waypost, as Graph tells it.
 */
export interface Connection {
  /**
   * When Meta was asked.
   */
  at: string;
  /**
   * No problem that is an error or a warning.
   */
  ok: boolean;
  wanted: {
    /**
     * Of PUBLIC_URL.
     */
    callback?: string;
    fields: string[];
  };
  app?: {
    id: string;
    name?: string;
    callback?: string;
    active?: boolean;
    fields: {
      name: string;
      version?: string;
    }[];
  };
  token?: {
    appId?: string;
    scopes: string[];
    expiresAt?: string;
  };
  /**
   * WhatsApp Business Accounts.
   */
  accounts: {
    id: string;
    name?: string;
    subscribed: boolean;
    override?: string;
    otherApps: {
      id: string;
      name?: string;
    }[];
    numbers: {
      id: string;
      /**
       * The business's own number.
       */
      display?: string;
      name?: string;
      override?: string;
      /**
       * Where its messages go.
       */
      callback?: string;
      by?: "number" | "account" | "app";
    }[];
  }[];
  /**
   * Errors first.
   */
  problems: {
    kind: ProblemKind;
    level: "error" | "warning" | "note";
    what: string;
    remedy: string;
    runbook: RunbookPath;
    /**
     * What `waypost connect --apply` would do.
     */
    step?: {
      act: "set-webhook" | "subscribe-account" | "remove-override";
      callback?: string;
      fields?: string[];
      account?: string;
      of?: "account" | "number";
      id?: string;
    };
  }[];
}
export interface TestMessage {
  url: string;
  /**
   * What the callback URL answered; absent when it did not.
   */
  status?: number;
  ms: number;
  /**
   * Marked as a test.
   */
  test: boolean;
  /**
   * What is wrong, where something is.
   */
  why?: string;
  remedy?: string;
  /**
   * Its id, once it is in the log; `GET /api/timeline/{id}` says where it went.
   */
  event?: string;
  /**
   * Where the routes lead it.
   */
  goesTo?: string[];
}
/**
 * RFC 9457.
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: {
    parameter?: string;
    /**
     * Of `invalid-event`: a JSON pointer into the body.
     */
    path?: string;
    reason: string;
    remedy?: string;
  }[];
}
