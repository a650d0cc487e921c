/** All records that the ports of contracts.ts carry, a file each. */

export type { BusMessage, EncodedEvent, QuarantinedPost, WaypostEvent } from "../event/event.ts";
export * from "./access.ts";
export type * from "./bus.ts";
export type * from "./chat.ts";
export type * from "./contacts.ts";
export type * from "./destination.ts";
export * from "./diagnose.ts";
export * from "./errors.ts";
export type * from "./explain.ts";
export type * from "./files.ts";
export type * from "./installation.ts";
export type * from "./jobs.ts";
export type * from "./ledger.ts";
export type * from "./log.ts";
export type * from "./log-figures.ts";
export * from "./problems.ts";
export type * from "./processes.ts";
export * from "./queue-names.ts";
export type * from "./renormalization.ts";
export type * from "./replay.ts";
export type * from "./routing.ts";
export * from "./series.ts";
export type * from "./silences.ts";
export * from "./template-names.ts";
