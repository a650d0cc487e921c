import type { Destination, KindDefaults } from "../contracts.ts";
import type { DestinationKind } from "./destination-kind.ts";
import { queue } from "./queue/queue.ts";
import { salesforceSchema } from "./salesforce/schema.ts";
import { slackSchema } from "./slack/options.ts";
import { webhookSchema } from "./webhook/schema.ts";
import { zendeskSchema } from "./zendesk/schema.ts";

type Creating = Parameters<DestinationKind["create"]>;

/** A kind whose client is loaded with the first destination of it: many have none of some kind, and clients are large. */
export interface LazyKind extends Pick<DestinationKind, "schema"> {
  /** For its destinations that do not say: what the vendor's limits ask for. */
  readonly defaults?: KindDefaults;
  /** As a kind's `create`; rejects where that throws. */
  create(...given: Creating): Promise<Destination>;
}

/** Every kind of destination there is, by the word that waypost.yaml uses. */
export const destinationKinds: Readonly<Record<string, LazyKind>> = {
  salesforce: {
    schema: salesforceSchema,
    // An account takes 25 long calls at a time, from all who use it; a Task with a file takes a while.
    defaults: { concurrency: 8, timeout: "30s" },
    create: async (...given) =>
      (await import("./salesforce/salesforce.ts")).salesforce.create(...given),
  },
  webhook: {
    schema: webhookSchema,
    create: async (...given) => (await import("./webhook/webhook.ts")).webhook.create(...given),
  },
  slack: {
    schema: slackSchema,
    create: async (...given) => (await import("./slack/slack.ts")).slack.create(...given),
  },
  zendesk: {
    schema: zendeskSchema,
    // Zendesk takes 100 updates of tickets a minute, and 200 requests in the smallest plan; a new conversation is about five.
    defaults: { rate: "60/min", concurrency: 4, timeout: "15s" },
    create: async (...given) => (await import("./zendesk/zendesk.ts")).zendesk.create(...given),
  },
  queue: { schema: queue.schema, create: async (...given) => queue.create(...given) },
};
