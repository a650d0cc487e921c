/** What waypost.yaml says, checked, deeply frozen. JSON.stringify and inspect hide all options. */
export interface Routing {
  readonly accounts: Readonly<Record<string, AccountConfig>>;
  readonly destinations: Readonly<Record<string, DestinationConfig>>;
  readonly routes: readonly RouteConfig[];
  readonly alerts?: AlertsConfig;
  /** There was a file. Without one nothing is routed. */
  readonly found: boolean;
  /** Of all but the secrets: the same in every role that runs with the same file. */
  readonly hash: string;
  /** Sentences for the operator. */
  readonly warnings: readonly string[];
}
export interface AccountConfig {
  readonly phoneNumberId?: string;
  readonly wabaId?: string;
}
export interface DestinationConfig {
  readonly kind: string;
  readonly retry: { readonly delaysMs: readonly number[] };
  readonly ratePerSecond?: number;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  /** What the kind's own schema allows, secrets filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}
export interface RouteConfig {
  readonly name: string;
  readonly when: WhenConfig;
  readonly to: readonly string[];
  readonly test: boolean;
}
/** As `When` of the delivery stage. */
export interface WhenConfig {
  readonly type?: readonly string[];
  readonly account?: readonly string[];
  readonly contact?: readonly string[];
  readonly conversation?: readonly string[];
  readonly messageType?: readonly string[];
  readonly text?: {
    readonly matches?: readonly string[];
    readonly contains?: readonly string[];
    readonly equals?: readonly string[];
  };
  readonly replyId?: readonly string[];
  readonly errorCode?: readonly number[];
  readonly not?: WhenConfig;
}
export interface AlertsConfig {
  readonly to: DestinationConfig;
  readonly breakerOpenForMs: number;
  readonly quarantinePerHour: number;
  /** By account name. */
  readonly silenceMs: Readonly<Record<string, number>>;
}

/** By name: the JSON Schema (2020-12) of a kind's own options. Keys it does not list are refused. */
export type Kinds = Readonly<Record<string, { readonly schema: object }>>;
