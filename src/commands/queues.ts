import type { QueueSpec } from "../contracts.ts";

/** The store's queue takes everything, quarantine included. */
export const storeQueue: QueueSpec = {
  name: "waypost.store",
  patterns: ["#"],
  quarantine: true,
  single: false,
};

/** Every role declares all of it, so that no event slips through before its consumer first starts. */
export function declaredQueues(): QueueSpec[] {
  return [storeQueue];
}
