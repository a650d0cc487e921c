import type { Bus, Store } from "../contracts.ts";
import { retire } from "../deliver/retire.ts";
import { createJobs } from "../jobs/elect.ts";
import { createRenormalizer } from "../jobs/renormalize/renormalizer.ts";
import { createQuarantineRetry } from "../jobs/renormalize/retry-post.ts";
import type { RenormalizerSources } from "../jobs/renormalize/work.ts";
import { planReplay } from "../jobs/replay/replayer.ts";
import { makeReport } from "../jobs/reports/report.ts";
import { answerSeries } from "../jobs/series/answer.ts";
import type { OpsApi } from "../ops/api.ts";
import { type PruneParts, pruneTopology } from "../ops/deliveries/prune.ts";
import type { ConfigurationState } from "../ops/status/status.ts";
import { collectStatus } from "../ops/status/system-status.ts";
import { DATAVERSION, normalize } from "../receive/normalize.ts";
import { createPostParser } from "../receive/post-parser.ts";
import { readQuarantined } from "../receive/read-quarantined.ts";
import { systemClock } from "../support/clock.ts";
import { packageVersion } from "../support/package-version.ts";
import type { Base } from "./base.ts";
import { checkConfigured } from "./check-destination.ts";
import type { Media } from "./media.ts";
import type { Plan } from "./plan.ts";
import type { Receiving } from "./receive.ts";
import { replayParts } from "./replay.ts";
import { createSetUp } from "./set-up.ts";

export interface ApiParts {
  readonly env: NodeJS.ProcessEnv;
  readonly bus: Bus;
  readonly store: Store;
  readonly media?: Media | undefined;
  /** As it is now: SIGHUP replaces it. */
  readonly plan: () => Plan;
  /** In the role `start`, once it receives. */
  readonly receiving: () => Receiving | undefined;
  /** Why the plan is not that of the last reload. */
  readonly refused: () => ConfigurationState["refused"];
}

/** What the API asks and does, joined from the stages. */
export async function createApi(base: Base, parts: ApiParts): Promise<OpsApi> {
  const { bus, store, plan, media } = parts;
  const parser = createPostParser({ log: base.log.child({ role: "ops" }) });
  base.life.add("parser", () => parser.close());
  const destinations = () => plan().destinations;
  const status = statusOf(base, parts, await packageVersion());
  const reading: RenormalizerSources = {
    query: store,
    publish: bus.publish.bind(bus),
    read: (post) => readQuarantined(post, parser, plan().sources),
    parser: { normalize, dataversion: DATAVERSION },
  };
  return {
    query: store,
    access: store.access,
    production: base.config.production,
    tail: bus.tail.bind(bus),
    ledger: store.ledger,
    contacts: store.contacts,
    pools: () => plan().routing.flows.pools,
    media: store.media,
    collections: store,
    destinations,
    bus,
    ...(media && { findFile: media.library.find }),
    intake: { publish: bus.publish.bind(bus), accounts: () => plan().routing.accounts },
    whyNot: (event, delivered) => plan().routes.whyNot(event, destinations().keys(), delivered),
    async testRoutes(event) {
      const { testEvent } = await import("./routes-test.ts");
      return testEvent(event, plan(), store);
    },
    ...countsOf(base, store),
    planReplay: (request) => planReplay(replayParts(store, plan), request),
    prune: pruneOf(parts),
    renormalize: createRenormalizer(reading),
    retryQuarantined: createQuarantineRetry({
      ...reading,
      closeQuarantined: (id) => store.closeQuarantined(id),
    }),
    check: (name) => checkConfigured(base.config, plan().routing, name, base.log),
    status,
    setUp: createSetUp(base, { ...parts, status }),
  };
}

function pruneOf({ bus, store: { ledger, processes }, plan }: ApiParts): OpsApi["prune"] {
  return (options) => {
    const retiring: PruneParts["retire"] = (row, limits) => retire(row, { ...limits, ledger, bus });
    const configured = plan().destinations;
    return pruneTopology({ ledger, processes, configured, retire: retiring }, options);
  };
}

/** The API asks for no job: it only reads how far one is. */
function countsOf({ log }: Pick<Base, "log">, store: Store): Pick<OpsApi, "series" | "report"> {
  const jobs = createJobs({ rows: store.jobs, holder: "api", clock: systemClock, log });
  const { series, figures } = store;
  return {
    series: (asked) => answerSeries({ series, jobs }, asked),
    report: (asked) => makeReport({ series, figures, jobs }, asked),
  };
}

function statusOf(base: Base, parts: ApiParts, version: string): OpsApi["status"] {
  const { bus, store, plan } = parts;
  const { role } = base.config;
  const startedAt = new Date();
  return (accounts) => {
    const spool = parts.receiving()?.spool;
    const refused = parts.refused();
    return collectStatus({
      version,
      roles: role === "start" ? ["receive", "work", "ops"] : [role],
      startedAt,
      bus,
      store,
      ...(accounts && { accounts }),
      ...(base.config.production &&
        base.config.ops.tokens.length > 0 && {
          sharedTokens: async () => (await store.access.tokens.list()).length > 0,
        }),
      destinations: plan().destinations,
      configuration: {
        file: base.config.configFile,
        found: plan().routing.found,
        ...(refused && { refused }),
      },
      ...(role === "start" && { receiver: { metrics: base.metrics, ...(spool && { spool }) } }),
    });
  };
}
