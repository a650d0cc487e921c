import type { Destination, KindDefaults } from "../contracts.ts";
import type { DestinationKind } from "./destination-kind.ts";
import { queue } from "./queue/queue.ts";
import { slackSchema } from "./slack/options.ts";
import { webhookSchema } from "./webhook/schema.ts";

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
  webhook: {
    schema: webhookSchema,
    create: async (...given) => (await import("./webhook/webhook.ts")).webhook.create(...given),
  },
  slack: {
    schema: slackSchema,
    create: async (...given) => (await import("./slack/slack.ts")).slack.create(...given),
  },
  queue: { schema: queue.schema, create: async (...given) => queue.create(...given) },
};
