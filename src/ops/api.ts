import type {
  Bus,
  Contacts,
  Delivery,
  EventQuery,
  Faces,
  FlowRules,
  Ledger,
  MediaRows,
  NotDelivered,
  Renormalize,
  ReplayPlan,
  ReplayRequest,
  RetryQuarantined,
  RoutesTested,
  SetUp,
  WaypostEvent,
} from "../contracts.ts";
import type { Metrics } from "../support/metrics.ts";
import type { AccessParts } from "./access/access.ts";
import type { WhoAsks } from "./access/who-asks.ts";
import type { CheckDestination } from "./deliveries/destination-routes.ts";
import type { Pruned, PruneOptions } from "./deliveries/prune.ts";
import type { IntakeParts } from "./intake-routes.ts";
import type { MediaParts } from "./log/media-routes.ts";
import type { FigureParts } from "./status/report-routes.ts";
import type { SeriesRouteParts } from "./status/series-routes.ts";
import type { SystemStatus } from "./status/status.ts";

/** What the API asks and does: the log, the ledger, and what `app/` joins for it. */
export interface OpsApi extends MediaParts, AccessParts, FigureParts, SeriesRouteParts {
  readonly query: EventQuery;
  readonly tail: Bus["tail"];
  /** `accounts`: tells of these phone number ids alone. */
  readonly status: (accounts?: readonly string[]) => Promise<SystemStatus>;
  readonly ledger: Ledger;
  readonly contacts: Pick<Contacts, "find" | "of" | "change">;
  /** Of waypost.yaml, as they are now. */
  readonly pools: () => FlowRules["pools"];
  readonly media: Pick<MediaRows, "get">;
  /** Each by the name of its file: a new one is here by itself. */
  readonly collections: Faces;
  /** The configured ones by name, as they are now. */
  readonly destinations: () => ReadonlyMap<
    string,
    { readonly kind: string; readonly timeoutMs?: number }
  >;
  /** Why the destinations that have none of these deliveries have none, by the routes as they are now. */
  readonly whyNot: (event: WaypostEvent, delivered: readonly Delivery[]) => readonly NotDelivered[];
  /** What would become of an event now. Changes nothing. */
  readonly testRoutes: (event: WaypostEvent) => Promise<RoutesTested>;
  /** Removes what destinations that are no longer configured have left. */
  readonly prune: (options: PruneOptions) => Promise<Pruned>;
  readonly bus: Pick<Bus, "queues" | "dropDead">;
  readonly check: CheckDestination;
  readonly retryQuarantined: RetryQuarantined;
  readonly intake: IntakeParts;
  readonly setUp: SetUp;
  /** What a replay would do. Changes nothing. */
  readonly planReplay: (request: ReplayRequest) => Promise<ReplayPlan>;
  /** Runs the present parser over the log and quarantine. */
  readonly renormalize: Renormalize;
}

/** Of this every router takes its part. */
export interface RouterParts extends OpsApi {
  readonly whoAsks: WhoAsks;
  readonly metrics: Metrics;
}
