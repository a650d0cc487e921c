import type { Destination, KindDefaults } from "../contracts.ts";
import type { DestinationKind, DestinationParts } from "./destination-kind.ts";
import { emailSchema } from "./email/schema.ts";
import { freshdeskSchema } from "./freshdesk/schema.ts";
import { googleSheetsSchema } from "./google-sheets/schema.ts";
import { hubspotSchema } from "./hubspot/schema.ts";
import { intercomSchema } from "./intercom/schema.ts";
import { queue } from "./queue/queue.ts";
import { salesforceSchema } from "./salesforce/schema.ts";
import { shopifySchema } from "./shopify/schema.ts";
import { slackSchema } from "./slack/options.ts";
import { type PresetName, presetDefaults } from "./webhook/presets.ts";
import { webhookSchema } from "./webhook/schema.ts";
import { whatsappReplySchema } from "./whatsapp-reply/schema.ts";
import { zendeskSchema } from "./zendesk/schema.ts";

type Options = Readonly<Record<string, unknown>>;

/** A kind whose client is loaded with the first destination of it: many have none of some kind, and clients are large. */
export interface LazyKind extends Pick<DestinationKind, "schema"> {
  /** For its destinations that do not say: what the vendor's limits ask for. */
  readonly defaults?: KindDefaults | ((options: Options) => KindDefaults);
  /** Whether a destination with these options writes to contacts; absent: never. */
  writesToContacts?(options: Options): boolean;
  /** As a kind's `create`; rejects where that throws. */
  create(name: string, options: Options, parts: DestinationParts): Promise<Destination>;
}

const lazily =
  (load: () => Promise<DestinationKind>): LazyKind["create"] =>
  async (...given) =>
    (await load()).create(...given);

/** Every kind of destination there is, by the word that waypost.yaml uses. */
export const destinationKinds: Readonly<Record<string, LazyKind>> = {
  salesforce: {
    schema: salesforceSchema,
    // An account takes 25 long calls at a time, from all who use it; a Task with a file takes a while.
    defaults: { concurrency: 8, timeout: "30s" },
    create: lazily(async () => (await import("./salesforce/salesforce.ts")).salesforce),
  },
  webhook: {
    schema: webhookSchema,
    defaults: ({ preset }) => presetDefaults[preset as PresetName] ?? {},
    writesToContacts: ({ reply }) => reply === true,
    create: lazily(async () => (await import("./webhook/webhook.ts")).webhook),
  },
  slack: {
    schema: slackSchema,
    // For each channel. Slack takes about one post a second there; a file takes a while.
    defaults: { rate: "1/s", concurrency: 4, timeout: "30s" },
    create: lazily(async () => (await import("./slack/slack.ts")).slack),
  },
  email: {
    schema: emailSchema,
    // Microsoft 365 takes 30 mails a minute from a mailbox, and a mail with files takes a while.
    defaults: { rate: "30/min", concurrency: 4, timeout: "1min" },
    create: lazily(async () => (await import("./email/email.ts")).email),
  },
  "google-sheets": {
    // 60 writes a minute; a service account is one user. One writer.
    defaults: { rate: "60/min", concurrency: 1, timeout: "20s" },
    schema: googleSheetsSchema,
    create: lazily(async () => (await import("./google-sheets/google-sheets.ts")).googleSheets),
  },
  shopify: {
    schema: shopifySchema,
    // Points that queries cost are counted by the kind itself.
    defaults: { concurrency: 4, timeout: "20s" },
    create: lazily(async () => (await import("./shopify/shopify.ts")).shopify),
  },
  zendesk: {
    schema: zendeskSchema,
    // Zendesk takes 100 updates of tickets a minute, and 200 requests in the smallest plan; a new conversation is about five.
    defaults: { rate: "60/min", concurrency: 4, timeout: "15s" },
    create: lazily(async () => (await import("./zendesk/zendesk.ts")).zendesk),
  },
  freshdesk: {
    schema: freshdeskSchema,
    // 100 to 700 calls a minute, by plan; a message takes two.
    defaults: { rate: "100/min", concurrency: 4, timeout: "30s" },
    create: lazily(async () => (await import("./freshdesk/freshdesk.ts")).freshdesk),
  },
  intercom: {
    schema: intercomSchema,
    // 10,000 calls a minute for an app, counted in windows of ten seconds.
    defaults: { rate: "50/s", concurrency: 4, timeout: "30s" },
    create: lazily(async () => (await import("./intercom/intercom.ts")).intercom),
  },
  hubspot: {
    schema: hubspotSchema,
    // Calls are spread where they are made; a new person takes four.
    defaults: { rate: "19/s", concurrency: 8, timeout: "30s" },
    create: lazily(async () => (await import("./hubspot/hubspot.ts")).hubspot),
  },
  "whatsapp-reply": {
    schema: whatsappReplySchema,
    // A number sends 80 messages a second; what its webhooks cost is ours.
    defaults: { rate: "60/s", concurrency: 16, timeout: "15s" },
    writesToContacts: () => true,
    create: lazily(async () => (await import("./whatsapp-reply/whatsapp-reply.ts")).whatsappReply),
  },
  queue: { schema: queue.schema, create: lazily(async () => queue) },
};
