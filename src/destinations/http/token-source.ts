import type { Dispatcher } from "undici";
import { DeliveryError } from "../../contracts.ts";
import { type Clock, systemClock } from "../../support/clock.ts";
import type { Shared } from "../shared.ts";

export interface FetchedToken {
  readonly token: string;
  /** How long it is good for, from when it was asked for; undefined where the vendor does not say. */
  readonly lifeMs: number | undefined;
  /** Where the API is, when the vendor says so with the token: Salesforce's `instance_url`. */
  readonly apiUrl?: string;
}

/** Asks a token endpoint. Throws DeliveryError. */
export type FetchToken = (signal: AbortSignal) => Promise<FetchedToken>;

export interface TokenSource {
  /** A token that is not about to expire: one is fetched at a time, for all who wait. Throws DeliveryError. */
  token(signal: AbortSignal): Promise<string>;
  /** The API answered this token with 401: it is used no more. Throws DeliveryError `config` when it was fetched for that reason just now. */
  refused(token: string): void;
}

/** The shortest that a Salesforce session can be set to; Salesforce does not say how long a token lives. */
const unsaidLifeMs = 15 * 60_000;
/** A tenth of its life before the end, and five minutes at most, another one is fetched. */
const mostEarlyMs = 5 * 60_000;
/** A request that sets out with a token takes no longer: one with less life is not used. */
const leastLeftMs = 10_000;
/** A fetch ends by itself, whoever waits for it. */
const fetchLimitMs = 20_000;
/** A new token that is refused sooner than this has never been good. */
const newMs = 60_000;

interface Kept {
  readonly token: string;
  readonly fetchedAt: number;
  readonly refreshAt: number;
  readonly endsAt: number;
  /** The one before was refused. */
  readonly forced: boolean;
}

/** Keeps one token in memory. Its life is told by the monotonic clock, so that a wall clock that is wrong or jumps has no say. */
export function createTokenSource({
  fetchToken,
  clock = systemClock,
}: {
  readonly fetchToken: FetchToken;
  readonly clock?: Pick<Clock, "monotonic">;
}): TokenSource {
  let kept: Kept | undefined;
  let fetching: Promise<string> | undefined;
  let forced = false;
  const fetchOne = async () => {
    const fetchedAt = clock.monotonic();
    const { token, lifeMs = unsaidLifeMs } = await fetchToken(AbortSignal.timeout(fetchLimitMs));
    const refreshAt = fetchedAt + lifeMs - Math.min(lifeMs / 10, mostEarlyMs);
    const endsAt = fetchedAt + lifeMs - Math.min(lifeMs / 20, leastLeftMs);
    kept = { token, fetchedAt, refreshAt, endsAt, forced };
    forced = false;
    return token;
  };
  const refresh = () => {
    fetching ??= fetchOne().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  return {
    async token(signal) {
      const now = clock.monotonic();
      if (kept === undefined || now >= kept.endsAt) return unlessAborted(refresh(), signal);
      // Nobody waits for it, and while the endpoint is away this token serves to its end.
      if (now >= kept.refreshAt) refresh().catch(() => undefined);
      return kept.token;
    },
    refused(token) {
      if (kept?.token !== token) return;
      const young = clock.monotonic() - kept.fetchedAt < newMs;
      const hopeless = kept.forced && young;
      kept = undefined;
      if (hopeless) throw newTokenRefused();
      forced = true;
    },
  };
}

/** The token of an account: what all destinations with its credentials use, over the connections of the first. */
export function sharedToken(
  { shared, clock }: { readonly shared: Shared; readonly clock: Pick<Clock, "monotonic"> },
  vendor: string,
  account: readonly unknown[],
  fetchOver: (connections: Dispatcher) => FetchToken,
): (connections: Dispatcher) => TokenSource {
  return (connections) =>
    shared.of(`${vendor} token`, account, () =>
      createTokenSource({ fetchToken: fetchOver(connections), clock }),
    );
}

/**
 * Makes a request with a token and, when the answer is 401, once more with another one. A second 401 throws DeliveryError
 * `config`; every other answer is the caller's to judge.
 */
export async function withToken<Answer extends { readonly status: number }>(
  source: TokenSource,
  signal: AbortSignal,
  send: (token: string) => Promise<Answer>,
): Promise<Answer> {
  for (let tries = 0; tries < 2; tries += 1) {
    const token = await source.token(signal);
    const answer = await send(token);
    if (answer.status !== 401) return answer;
    source.refused(token);
  }
  throw newTokenRefused();
}

function newTokenRefused(): DeliveryError {
  const remedy = "check that these credentials belong to this account, and what they may do";
  return new DeliveryError("config", `401 with a new access token: ${remedy}`);
}

/** One who gives up ends nobody else's wait. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DeliveryError("outage", "no access token in time"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
