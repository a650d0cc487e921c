import type { SourceKind } from "../contracts/sources.ts";
import type {
  Accounts,
  DataWhen,
  Holder,
  KindDefaults,
  Omission,
  Party,
  RawChange,
  Scalar,
} from "../contracts.ts";

/* waypost.yaml after `checkRouting` found nothing wrong with it: single values, durations and spans as written. */

export type Many<T> = T | readonly T[];
type Named<T> = Readonly<Record<string, T>>;

export interface RawRouting extends RawFlows {
  readonly accounts?: Accounts;
  readonly destinations?: Named<RawDestination>;
  readonly routes?: readonly RawRoute[];
  readonly defaults?: { readonly only?: RawOnly };
  readonly sources?: Named<RawSource>;
  readonly reports?: readonly RawReport[];
  readonly retention?: { readonly media?: string };
  readonly alerts?: RawAlerts;
}

export interface RawDestination extends KindDefaults {
  readonly kind: string;
  readonly omit?: readonly Omission[];
  readonly transcript?: number;
  readonly shadow?: boolean;
  readonly [option: string]: unknown;
}

export interface RawRoute {
  readonly name: string;
  readonly when: RawWhen;
  readonly only?: RawOnly;
  readonly after?: string | { readonly delay: string; readonly hours?: string };
  readonly once?: { readonly per: "contact" | "conversation"; readonly for: string };
  readonly maxAge?: string;
  readonly to?: Many<string | Named<Named<unknown>>>;
  readonly emit?: { readonly type: string; readonly data?: unknown };
  readonly set?: RawChange;
  readonly defaults?: boolean;
  readonly test?: boolean;
}

export interface RawWhen {
  readonly text?: Named<Many<string>>;
  readonly replyId?: Many<string> | { readonly matches: Many<string> };
  readonly referral?: boolean | Named<Many<string>>;
  readonly from?: "contact" | "business";
  readonly data?: Named<RawValueWhen>;
  readonly not?: RawWhen;
  /** Lists. */
  readonly [key: string]: unknown;
}

export type RawValueWhen = Many<Scalar> | (Exclude<DataWhen, readonly unknown[]> & RawMatching);
interface RawMatching {
  readonly matches?: Many<string>;
}

export interface RawOnly {
  readonly first?: boolean;
  readonly opens?: boolean;
  readonly about?: {
    readonly template?: Many<string>;
    readonly campaign?: Many<string>;
    readonly within?: string;
  };
  readonly field?: Named<Many<Scalar>>;
  readonly owner?: boolean | Many<string>;
  readonly held?: { readonly by: Many<Holder> };
  readonly answered?: { readonly by: Many<Party> };
  readonly window?: "open" | "closed";
  readonly consent?: boolean;
  readonly not?: RawOnly;
  /** Lists. */
  readonly [key: string]: unknown;
}

export interface RawFlows {
  readonly lists?: Named<Many<string>>;
  readonly hours?: Named<RawHours>;
  readonly pools?: Named<readonly RawMember[]>;
  readonly conversations?: {
    readonly closeAfter?: string;
    readonly hold?: { readonly human?: string; readonly handoff?: string };
  };
  readonly consent?: {
    readonly stop: RawWords;
    readonly start?: RawWords;
    readonly confirm?: string;
    readonly via?: string;
  };
}

export interface RawHours {
  readonly timeZone: string;
  readonly except?: Many<string>;
  /** Spans, by `mon` or `mon-fri`. */
  readonly [days: string]: Many<string> | undefined;
}

export interface RawMember {
  readonly name: string;
  readonly hours?: string;
  /** Ids, by destination. */
  readonly [destination: string]: string | undefined;
}

/** For all accounts, or by account. */
export type RawWords = Many<string> | Named<Many<string>>;

export interface RawSource {
  readonly kind: SourceKind;
  readonly secret?: Many<string>;
  readonly auth?: {
    readonly header?: string;
    readonly secret?: Many<string>;
    readonly basic?: Many<string>;
    readonly bearer?: Many<string>;
  };
  readonly account: string;
  readonly emit: readonly (RawRoute["emit"] & {
    readonly type: string;
    readonly when?: Named<RawValueWhen>;
    readonly id?: string;
    readonly contact?: {
      readonly phone?: string;
      readonly waId?: string;
      readonly userId?: string;
    };
  })[];
}

export interface RawReport {
  readonly name: string;
  readonly at: string;
  readonly timeZone: string;
  readonly by: Many<string>;
  readonly to: Many<string>;
}

export interface RawAlerts {
  readonly to: RawDestination;
  readonly breakerOpenFor?: string;
  readonly behindFor?: string;
  readonly quarantinePerHour?: number;
  readonly silence?: Named<string>;
}
