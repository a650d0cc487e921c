/** How Meta sends to this Waypost, as Graph tells it. Holds no secret. */
import type { ProblemKind } from "./problems.ts";

export interface Connection {
  /** When Meta was asked. */
  readonly at: string;
  /** Nothing that is an error or a warning: what Meta has is what is wanted. */
  readonly ok: boolean;
  readonly wanted: {
    /** Absent: how Meta reaches this Waypost is not known here (PUBLIC_URL). */
    readonly callback?: string;
    readonly fields: readonly string[];
  };
  /** Absent: its id or its secret is not known, or Meta refuses them. */
  readonly app?: ConnectedApp;
  /** Absent: there is none, or Meta does not know it. */
  readonly token?: ConnectedToken;
  /** WhatsApp Business Accounts that the token sees, or that were named. */
  readonly accounts: readonly ConnectedAccount[];
  /** Errors first. */
  readonly problems: readonly ConnectionProblem[];
}

export interface ConnectedApp {
  readonly id: string;
  readonly name?: string;
  /** Of the app's subscription to WhatsApp; absent: it has none. */
  readonly callback?: string;
  readonly active?: boolean;
  readonly fields: readonly SubscribedField[];
}

interface SubscribedField {
  readonly name: string;
  /** Of Graph, by which the field's shape goes. */
  readonly version?: string;
}

export interface ConnectedToken {
  readonly appId?: string;
  readonly scopes: readonly string[];
  /** Absent: it has no end. */
  readonly expiresAt?: string;
}

export interface ConnectedAccount {
  readonly id: string;
  readonly name?: string;
  readonly subscribed: boolean;
  /** Its own callback, which comes before the app's. */
  readonly override?: string;
  readonly otherApps: readonly { readonly id: string; readonly name?: string }[];
  readonly numbers: readonly ConnectedNumber[];
}

export interface ConnectedNumber {
  readonly id: string;
  readonly display?: string;
  readonly name?: string;
  /** Its own callback, which comes before the account's and the app's. */
  readonly override?: string;
  /** Where its messages go; absent: nowhere. */
  readonly callback?: string;
  readonly by?: "number" | "account" | "app";
}

/** What differs from what is wanted. */
export interface ConnectionProblem {
  readonly kind: ProblemKind;
  /** `note`: worth knowing, and fine. */
  readonly level: "error" | "warning" | "note";
  readonly what: string;
  readonly remedy: string;
  readonly runbook: string;
  /** What would mend it; absent: only people can. */
  readonly step?: ConnectionStep;
}

/** One call that changes something at Meta. */
export type ConnectionStep =
  | {
      readonly act: "set-webhook";
      readonly callback: string;
      readonly fields: readonly string[];
    }
  | { readonly act: "subscribe-account"; readonly account: string }
  /** Of an account or of a number, by its id. */
  | { readonly act: "remove-override"; readonly of: "account" | "number"; readonly id: string };
