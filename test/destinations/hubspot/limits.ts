import type { StubAnswer } from "../stub.ts";
import { problem } from "./objects.ts";

export interface LimitOptions {
  /** Calls in ten seconds; no limit unless told. */
  readonly calls?: number;
  /** Calls of a day, which ends at this time. */
  readonly day?: { readonly calls: number; readonly ends: number };
  /** Searches in a second. */
  readonly searches?: number;
  readonly now?: () => number;
}

/** HubSpot's limits, over rolling intervals. */
export function createLimits({ calls, day, searches, now = Date.now }: LimitOptions) {
  const taken: number[] = [];
  const searched: number[] = [];
  let refused = 0;
  let today = 0;
  const within = (times: number[], ms: number) => {
    while ((times[0] ?? Number.POSITIVE_INFINITY) <= now() - ms) times.shift();
    return times.length;
  };
  const limited = (policyName: string): StubAnswer => {
    refused += 1;
    return problem(429, "RATE_LIMITS", "You have reached your limit.", { policyName });
  };
  return {
    refused: () => refused,
    take(isSearch: boolean): StubAnswer | undefined {
      if (isSearch && searches !== undefined && within(searched, 1_000) >= searches) {
        return limited("SECONDLY");
      }
      if (calls !== undefined && within(taken, 10_000) >= calls) {
        return limited("TEN_SECONDLY_ROLLING");
      }
      if (day !== undefined && now() < day.ends && today >= day.calls) return limited("DAILY");
      today += 1;
      taken.push(now());
      if (isSearch) searched.push(now());
      return undefined;
    },
    headers: (): Record<string, string> =>
      calls === undefined
        ? {}
        : {
            "x-hubspot-ratelimit-max": String(calls),
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
            "x-hubspot-ratelimit-remaining": String(calls - within(taken, 10_000)),
          },
  };
}
