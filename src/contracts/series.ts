/** Figures over time. What is counted of the log stands in `log-figures.ts`. */

export const steps = ["minute", "hour", "day"] as const;
/** Days are those of UTC. */
export type Step = (typeof steps)[number];

export type Counts = Readonly<Record<string, number>>;

/** Of an account, by the receipt of its events. */
export interface AccountFigures {
  /** All that the log has stored. */
  readonly events: number;
  /** Messages that contacts wrote, by type. */
  readonly inbound: Counts;
  /** Messages of your side that Waypost was told of: by your services, or as echoes of the phone's. */
  readonly outgoing: number;
  /** Status events by status. */
  readonly statuses: Counts;
  /** Status events `failed` by Meta's code; `none` where there was none. */
  readonly failures: Counts;
  /** Outgoing messages by what was told of them, the most frequent first. */
  readonly told: readonly ToldFigures[];
  /** In how many conversations contacts wrote. Of hours and days. */
  readonly writers?: number;
  /** Of hours and days. */
  readonly firstResponse?: ResponseFigures;
}

export interface ToldFigures {
  readonly template?: string;
  readonly campaign?: string;
  readonly variant?: string;
  readonly count: number;
}

/** How long contacts waited for an answer, by when it came. */
export interface ResponseFigures {
  readonly count: number;
  readonly sumMs: number;
  /** How many fell under each of `responseBoundsMs`, and one more for what is above. */
  readonly buckets: readonly number[];
}

const minuteMs = 60_000;
export const responseBoundsMs: readonly number[] = [
  10_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1_440].map((minutes) => minutes * minuteMs),
];

/** Of a process, since it started. */
export interface ProcessFigures {
  readonly role: string;
  readonly host: string;
  /** POSTs of Meta's by the code of the answer. */
  readonly posts: Counts;
  /** POSTs that went through the spool. */
  readonly spooled: number;
  /** Of POSTs answered 200, how many were answered within each of `ackBoundsMs`, and one more for what took longer. */
  readonly ack: readonly number[];
  /** Events made durable, and those of them that the log had already, by account. */
  readonly received: Counts;
  readonly repeated: Counts;
}

export const ackBoundsMs: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000,
];

/** Of a destination, as the process counted that held it. */
export interface DestinationFigures {
  /** Attempts by what became of them: delivered, found, outage, refused, config. */
  readonly verdicts: Counts;
  readonly dead: number;
  /** The largest seen. */
  readonly oldestAgeMs: number;
}

interface Place<Kind extends string, Figures> {
  readonly kind: Kind;
  readonly step: Step;
  /** When it begins. ISO. */
  readonly at: string;
  /** The account, process or destination. */
  readonly of: string;
  /** Who counted, where several may: a process since its start. */
  readonly by?: string;
  readonly figures: Figures;
}

export type AccountRow = Place<"account", AccountFigures>;
export type ProcessRow = Place<"process", ProcessFigures>;
export type DestinationRowOfSeries = Place<"destination", DestinationFigures>;
export type SeriesRow = AccountRow | ProcessRow | DestinationRowOfSeries;

/** ISO times: `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Something that a chart should show beside its lines. */
export interface Mark {
  readonly at: string;
  readonly what: "start" | "reload" | "pause" | "resume";
  /** The role that started or reloaded, or the destination. */
  readonly of: string;
  /** Why, of a pause; the version, of a start. */
  readonly detail?: string;
}

/** The series, kept for 400 days. All methods throw StoreError (`outage`). */
export interface Series {
  /** By `at`. */
  find<K extends SeriesRow["kind"]>(
    kind: K,
    step: Step,
    span: Span,
  ): Promise<Extract<SeriesRow, { kind: K }>[]>;
  /** Makes these rows, or replaces those that were written with no later `revision`. */
  write(rows: readonly SeriesRow[], revision: number): Promise<void>;
  /** Minutes that events entered so late that they may have been counted before, oldest first. */
  late(limit: number): Promise<LateMinute[]>;
  /** They are late no more, but for those that more events entered since they were read. */
  settle(minutes: readonly LateMinute[]): Promise<void>;
  /** Repeatable. */
  mark(mark: Mark): Promise<void>;
  marks(span: Span): Promise<Mark[]>;
}

export interface LateMinute {
  readonly at: string;
  /** How often it was entered. */
  readonly times: number;
}

/** What a chart is drawn from: points where there is something, those of all rows of a thing added up. */
export interface SeriesAnswer extends Span {
  readonly step: Step;
  /** Accounts are counted until then; from there on nothing is known yet. */
  readonly countedTo: string;
  readonly accounts: readonly AccountSeries[];
  readonly processes: readonly ProcessSeries[];
  readonly destinations: readonly DestinationSeries[];
  readonly marks: readonly Mark[];
}

export interface AccountSeries {
  readonly account: string;
  readonly points: readonly AccountPoint[];
}

export interface AccountPoint {
  readonly at: string;
  readonly events: number;
  readonly inbound: number;
  readonly byType: Counts;
  readonly outgoing: number;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  readonly byStatus: Counts;
  readonly failures: Counts;
  readonly told: readonly ToldFigures[];
  readonly writers?: number;
  readonly firstResponse?: {
    readonly count: number;
    readonly meanMs: number;
    readonly p50Ms: number;
    readonly p90Ms: number;
  };
}

export interface ProcessSeries {
  readonly process: string;
  readonly role: string;
  readonly host: string;
  readonly points: readonly ProcessPoint[];
}

export interface ProcessPoint {
  readonly at: string;
  readonly posts: number;
  readonly byCode: Counts;
  readonly unauthorized: number;
  readonly spooled: number;
  /** Absent where no POST was answered 200. */
  readonly ack?: {
    readonly count: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    /** 0…1: took longer than a second. */
    readonly over1s: number;
  };
}

export interface DestinationSeries {
  readonly destination: string;
  readonly points: readonly DestinationPoint[];
}

export interface DestinationPoint {
  readonly at: string;
  readonly taken: number;
  readonly byVerdict: Counts;
  readonly dead: number;
  readonly oldestAgeMs: number;
}
