import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { type ApiRequest, createApi, type Session } from "../http/api.ts";
import type { Shared } from "../shared.ts";
import { createJudge, policyOf } from "./failure.ts";
import type { HubspotOptions } from "./options.ts";
import { createPace, type Pace, type PaceRule } from "./pace.ts";

/** HubSpot's API, within its limits. */
export interface HubspotApi {
  session(
    event: WaypostEvent,
    context: Pick<DeliveryContext, "shadow">,
    signal: AbortSignal,
  ): Session;
  /** Of no delivery: for checks and requirements. */
  plain(signal: AbortSignal): Session;
  close(): Promise<void>;
}

/** Of the smallest plans; of larger ones each answer says more. */
const firstRule: PaceRule = { calls: 100, intervalMs: 10_000, atOnce: 10 };
/** Searches have a limit of their own, of which no answer tells: five a second for the account. */
const searchRule: PaceRule = { calls: 5, intervalMs: 1_000, atOnce: 1 };

export function createHubspotApi(
  options: HubspotOptions,
  clock: Pick<Clock, "monotonic" | "after">,
  shared: Shared,
): HubspotApi {
  const account = [options.baseUrl, options.token];
  const calls = shared.of("hubspot calls", account, () => createPace(firstRule, clock));
  const searches = shared.of("hubspot searches", account, () => createPace(searchRule, clock));
  const judge = createJudge(propertiesOf(options));
  const api = createApi({
    vendor: "HubSpot",
    baseUrl: options.baseUrl,
    credentials: { header: "authorization", prefix: "Bearer ", token: options.token },
    secrets: [options.token],
    judge(answer) {
      const policy = answer.status === 429 ? policyOf(answer) : undefined;
      if (policy === "TEN_SECONDLY_ROLLING") calls.hold(10_000);
      if (policy === "SECONDLY") searches.hold(1_000);
      return judge(answer);
    },
  });
  const paced = (session: Session, signal: AbortSignal): Session => {
    const turn = async ({ path }: ApiRequest) => {
      if (path.endsWith("/search")) await searches.take(signal);
      await calls.take(signal);
    };
    return {
      ...session,
      async look(request) {
        await turn(request);
        const answer = await session.look(request);
        learnRule(calls, answer.headers);
        return answer;
      },
      async write(would, request) {
        await turn(request);
        const answer = await session.write(would, request);
        if (answer) learnRule(calls, answer.headers);
        return answer;
      },
    };
  };
  return {
    session: (event, context, signal) => paced(api.session(event, context, signal), signal),
    plain: (signal) => paced(api.plain(signal), signal),
    close: api.close,
  };
}

/** A tenth of the limit at once, the rest spread. */
function learnRule(pace: Pace, headers: Readonly<Record<string, unknown>>): void {
  const calls = Number(headers["x-hubspot-ratelimit-max"]);
  const intervalMs = Number(headers["x-hubspot-ratelimit-interval-milliseconds"]);
  if (!(calls >= 10) || !(intervalMs >= 100)) return;
  pace.change({ calls, intervalMs, atOnce: Math.floor(calls / 10) });
}

function propertiesOf(options: HubspotOptions): ReadonlySet<string> {
  const { idProperty, eventProperty, consentProperty, contact, ticket, deal } = options;
  const told = [contact, ticket?.content, deal?.content].flatMap((content) => content?.names ?? []);
  return new Set([idProperty, eventProperty, consentProperty ?? idProperty, ...told]);
}
