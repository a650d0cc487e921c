import type { Clock } from "../../support/clock.ts";
import { type Api, createApi } from "../http/api.ts";
import type { Shared } from "../shared.ts";
import { createJudge, policyOf } from "./failure.ts";
import type { HubspotOptions, PropertyTemplates } from "./options.ts";
import { createPace, type Pace, type PaceRule } from "./pace.ts";

/** Of the smallest plans; of larger ones each answer says more. */
const firstRule: PaceRule = { calls: 100, intervalMs: 10_000, atOnce: 10 };
/** Searches have a limit of their own, of which no answer tells: five a second for the account. */
const searchRule: PaceRule = { calls: 5, intervalMs: 1_000, atOnce: 1 };

/** HubSpot's API, within its limits. */
export function createHubspotApi(
  options: HubspotOptions,
  clock: Pick<Clock, "monotonic" | "after">,
  shared: Shared,
): Api {
  const account = [options.baseUrl, options.token];
  const calls = shared.of("hubspot calls", account, () => createPace(firstRule, clock));
  const searches = shared.of("hubspot searches", account, () => createPace(searchRule, clock));
  return createApi({
    vendor: "HubSpot",
    baseUrl: options.baseUrl,
    credentials: { token: options.token },
    secrets: [options.token],
    judge: createJudge({ properties: propertiesOf(options), fromEvents: fromEvents(options) }),
    async before({ path }, signal) {
      if (path.endsWith("/search")) await searches.take(signal);
      await calls.take(signal);
    },
    learn(answer) {
      learnRule(calls, answer.headers);
      const policy = answer.status === 429 ? policyOf(answer) : undefined;
      if (policy === "TEN_SECONDLY_ROLLING") calls.hold(10_000);
      if (policy === "SECONDLY") searches.hold(1_000);
    },
  });
}

/** A tenth of the limit at once, the rest spread. */
function learnRule(pace: Pace, headers: Readonly<Record<string, unknown>>): void {
  const calls = Number(headers["x-hubspot-ratelimit-max"]);
  const intervalMs = Number(headers["x-hubspot-ratelimit-interval-milliseconds"]);
  if (!(calls >= 10) || !(intervalMs >= 100)) return;
  pace.change({ calls, intervalMs, atOnce: Math.floor(calls / 10) });
}

function propertiesOf(options: HubspotOptions): ReadonlySet<string> {
  const { idProperty, eventProperty, consentProperty } = options;
  const named = contentsOf(options).flatMap(({ names }) => names);
  return new Set([idProperty, eventProperty, consentProperty ?? idProperty, ...named]);
}

/** An owner may have left since the options were written. */
function fromEvents(options: HubspotOptions): ReadonlySet<string> {
  const filled = contentsOf(options).flatMap((content) => [...content.fromEvents]);
  return new Set(["hubspot_owner_id", ...filled]);
}

function contentsOf({ contact, ticket, deal }: HubspotOptions): readonly PropertyTemplates[] {
  return [contact, ticket?.content, deal?.content].filter((content) => content !== undefined);
}
