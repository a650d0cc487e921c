import { deliverQueueName, type QueueSpec } from "../contracts.ts";
import type { Routes } from "./routes.ts";

/** The queue of a destination: bound to the types of its routes, held by one process at a time. */
export function deliverQueue(destination: string, routes: Pick<Routes, "patternsFor">): QueueSpec {
  return {
    name: deliverQueueName(destination),
    patterns: routes.patternsFor(destination),
    quarantine: false,
    misshapen: true,
    single: true,
  };
}
