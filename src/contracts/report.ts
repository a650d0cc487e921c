/** What became of what was sent. */
import type { AccountPoint, Span } from "./series.ts";

export const reportKeys = ["template", "account", "campaign", "variant", "hour"] as const;
export type ReportKey = (typeof reportKeys)[number];

export interface ReportRequest extends Span {
  /** Of these phone number ids alone. Absent: of all. */
  readonly accounts?: readonly string[];
  /** Empty: only the totals. */
  readonly by: readonly ReportKey[];
}

/** Messages of your side, by when they are first known of, and what became of them until now. */
export interface ReportFigures {
  readonly messages: number;
  /** WhatsApp took them. Each that was read was delivered, and each that was delivered was sent. */
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  /** By Meta's code, the most frequent first. */
  readonly failures: readonly FailureCount[];
  /** The contact wrote within 24 hours after it. */
  readonly replied: number;
  /** The contact took back their consent within 24 hours after it. */
  readonly optedOut: number;
  /** Known by their statuses alone: nobody told Waypost of them. */
  readonly untold: number;
  /** As their statuses say it. */
  readonly pricing: readonly PricingCount[];
}

export interface FailureCount {
  readonly code?: number;
  readonly meaning: string;
  readonly count: number;
}

export interface PricingCount {
  readonly category: string;
  readonly billable: boolean;
  readonly count: number;
}

export interface ReportRow extends ReportFigures {
  /** A value for each key of `by`, "" where a message has none. */
  readonly key: Readonly<Partial<Record<ReportKey, string>>>;
  /** Where it is by accounts and hours alone. */
  readonly firstResponse?: NonNullable<AccountPoint["firstResponse"]>;
}

export interface Reconciliation {
  readonly at: string;
  readonly account: string;
  /** Events that receivers made durable, those that came again among them. */
  readonly received: number;
  readonly repeated: number;
  readonly stored: number;
}

export interface ReportAnswer extends ReportRequest {
  readonly rows: readonly ReportRow[];
  readonly total: ReportRow;
  /** false: there were more messages than are looked at; later ones are missing. */
  readonly complete: boolean;
  readonly reconciliation: {
    readonly hours: readonly Reconciliation[];
    readonly destinations: readonly {
      readonly destination: string;
      readonly taken: number;
      readonly dead: number;
    }[];
    /** In words. */
    readonly gaps: readonly string[];
  };
}

/** `data.business.sheet` of a report's event: for destinations that show tables and take files. */
export interface ReportSheet {
  readonly title: string;
  /** What to know at a glance. */
  readonly lines: readonly string[];
  /** The first row are the heads, the last is the total. */
  readonly table: readonly (readonly string[])[];
  /** All rows. */
  readonly csv: string;
  readonly fileName: string;
}

/** A message of our side, as the log knows it now. */
export interface SentMessage {
  readonly id: string;
  readonly account: string;
  readonly conversation?: string;
  /** ISO: the first time that it is known of. */
  readonly at: string;
  readonly template?: string;
  readonly campaign?: string;
  readonly variant?: string;
  /** The highest. */
  readonly status?: string;
  readonly codes: readonly number[];
  readonly pricing?: { readonly category: string; readonly billable: boolean };
  /** Somebody told Waypost what it says. */
  readonly told: boolean;
}
