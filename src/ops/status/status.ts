import type {
  BusHealth,
  ProblemKind,
  QueueState,
  RunningProcess,
  StoreStats,
} from "../../contracts.ts";
import type { DestinationState } from "./destination-state.ts";

/** What `waypost status` shows. Holds no personal data and no secret. */
export interface SystemStatus {
  /** False when a problem is an error; warnings leave it true. */
  readonly ok: boolean;
  /** Errors first. */
  readonly problems: readonly StatusProblem[];
  readonly version: string;
  /** The roles of the process that answers. */
  readonly roles: readonly string[];
  readonly startedAt: string;
  readonly configuration: ConfigurationState;
  readonly bus: BusHealth & { readonly queues: readonly QueueState[] };
  /** `stats` is absent when the store does not answer. */
  readonly store: {
    readonly ready: boolean;
    readonly reason?: string;
    readonly stats?: StoreStats;
  };
  /** Only when the receiver runs in this process. */
  readonly receiver?: ReceiverStatus;
  /** Those configured, and what is left of former ones. Empty while the store does not answer. */
  readonly destinations: readonly DestinationState[];
  /** Every role that is seen, wherever it runs. Empty while the store does not answer. */
  readonly processes: readonly RunningProcess[];
  /** One per account that was ever heard of, by id. */
  readonly accounts: readonly { readonly id: string; readonly lastEventAt: string }[];
}

/** waypost.yaml, as the process that answers has it. */
export interface ConfigurationState {
  /** Its absolute path. */
  readonly file: string;
  /** Whether what runs came from it. Without a file nothing is routed. */
  readonly found: boolean;
  /** The last reload was refused, because the file is gone or something is wrong with it. */
  readonly refused?: "gone" | "wrong";
}

export interface ReceiverStatus {
  readonly spool?: { readonly posts: number; readonly bytes: number; readonly oldestAt?: string };
  /** POSTs answered 401 since the start. */
  readonly unauthorized: number;
  readonly lastUnauthorizedAt?: string;
}

/** Something is wrong (`error`) or worth a look (`warning`), and what to do about it. */
export interface StatusProblem {
  readonly kind: ProblemKind;
  readonly level: "error" | "warning";
  readonly what: string;
  readonly remedy: string;
  /** Where this port serves the page about it. */
  readonly runbook: string;
}
