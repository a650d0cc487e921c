/** What reading the log again is asked and answers with. */
import type { QuarantineEntry } from "./log.ts";

/** A slice of the log, and of quarantine, to read again. */
export interface RenormalizationRequest {
  /** ISO times on `receivedAt`: from inclusive, to exclusive. */
  readonly from: string;
  readonly to: string;
  /** Patterns; any of them. */
  readonly types?: readonly string[];
  /** Publishes nothing. */
  readonly dryRun: boolean;
  /** From the slice before. */
  readonly cursor?: string;
}

/** What became of one slice, or of several added up. */
export interface Renormalization {
  /** Of the parser that read. */
  readonly dataversion: number;
  readonly dryRun: boolean;
  readonly counts: RenormalizationCounts;
  /** How many events differ in each property, lists without their index; at most 50 properties. */
  readonly paths: Readonly<Record<string, number>>;
  readonly examples: readonly RenormalizationExample[];
  /** The cursor of the next slice, or null at the end. */
  readonly next: string | null;
}

export interface RenormalizationCounts {
  /** Stored events that were read again. */
  readonly events: number;
  readonly unchanged: number;
  /** The same id with other data. */
  readonly changed: number;
  /** Of which other events are made now. */
  readonly superseded: number;
  /** Made of stored events, under new ids. */
  readonly split: number;
  /** Of which the parser makes nothing now; they stay as they are. */
  readonly lost: number;
  /** They differ, but the parser's dataversion is not higher than theirs. Never published. */
  readonly refused: number;
  /** Without a raw: published by your own services. */
  readonly skipped: number;
  /** POSTs in quarantine that were read again. */
  readonly quarantined: number;
  /** Those of them that hold no problem any more. */
  readonly understood: number;
  /** Events made of them that the log does not have. */
  readonly recovered: number;
  readonly published: number;
}

export interface RenormalizationExample {
  readonly kind: "changed" | "superseded" | "split" | "lost" | "refused" | "recovered";
  readonly id: string;
  readonly type: string;
  readonly changes?: readonly PropertyChange[];
}

/** Values as JSON, cut to 200 characters; absent where there was or is none. */
export interface PropertyChange {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** Reads one slice again: some thousand events, or a few seconds. Ends early when `signal` aborts. */
export type Renormalize = (
  request: RenormalizationRequest,
  signal: AbortSignal,
) => Promise<Renormalization>;

/** What became of one POST of quarantine that was read again. */
interface QuarantineRetried {
  readonly id: string;
  /** How many events were made of it. */
  readonly understood: number;
  /** Ids of those that the log did not have. */
  readonly published: readonly string[];
  /** What still cannot be understood. */
  readonly problems: QuarantineEntry["problems"];
  /** Nothing is left; the entry has gone. */
  readonly closed: boolean;
}

/** Repeatable. Throws NotDurableError when the bus takes nothing: then the entry stays. */
export type RetryQuarantined = (
  entry: QuarantineEntry,
  signal: AbortSignal,
) => Promise<QuarantineRetried>;
