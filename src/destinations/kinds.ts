import type { DestinationKind } from "./destination-kind.ts";
import { queue } from "./queue/queue.ts";
import { slack } from "./slack/slack.ts";
import { webhook } from "./webhook/webhook.ts";

/** Every kind of destination there is, by the word that waypost.yaml uses. */
export const destinationKinds: Readonly<Record<string, DestinationKind>> = {
  webhook,
  slack,
  queue,
};
