import type { SourceConfig } from "../contracts/sources.ts";
import type { Accounts, DeliveryRules, FlowRules, KindDefaults, Route } from "../contracts.ts";

/** What waypost.yaml says, checked, deeply frozen. JSON.stringify and inspect hide all options and secrets. */
export interface Routing {
  readonly accounts: Accounts;
  readonly destinations: Readonly<Record<string, DestinationConfig>>;
  readonly routes: readonly Route[];
  readonly flows: FlowRules;
  /** By name, which stands in the address. */
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly reports: readonly ReportConfig[];
  /** Where nothing is told, as long as events. */
  readonly retention: { readonly mediaMs?: number };
  readonly alerts?: AlertsConfig;
  /** There was a file. Without one nothing is routed. */
  readonly found: boolean;
  /** Of all but the secrets: the same in every role that runs with the same file. */
  readonly hash: string;
  /** The file as it was read, each secret hidden. */
  readonly yaml: string;
  /** Sentences for the operator. */
  readonly warnings: readonly string[];
}
export interface DestinationConfig extends DeliveryRules {
  readonly kind: string;
  /** What the kind's own schema allows, secrets filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}
export interface AlertsConfig {
  readonly to: DestinationConfig;
  readonly breakerOpenForMs: number;
  readonly behindForMs: number;
  readonly quarantinePerHour: number;
  /** By account name. */
  readonly silenceMs: Readonly<Record<string, number>>;
}
export interface ReportConfig {
  readonly name: string;
  /** Local time: `minute` of the day, on this ISO weekday (1 is Monday) or, without one, each day. */
  readonly at: { readonly weekday?: number; readonly minute: number };
  /** IANA. */
  readonly timeZone: string;
  /** `template`, `account`, `campaign`, `variant`, `hour`. */
  readonly by: readonly string[];
  /** Names of destinations. */
  readonly to: readonly string[];
}

/** By name. */
export type Kinds = Readonly<Record<string, KindConfig>>;
interface KindConfig {
  /** JSON Schema (2020-12) of the kind's own options. Keys it does not list are refused. */
  readonly schema: object;
  /** Where a destination does not say. */
  readonly defaults?: KindDefaults | ((options: Readonly<Record<string, unknown>>) => KindDefaults);
  /** Whether a destination with these options writes to contacts; absent: never. */
  writesToContacts?(options: Readonly<Record<string, unknown>>): boolean;
}
