import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { type ApiAnswer, createApi, type Session } from "../http/api.ts";
import { createRateWindow } from "../rate-window.ts";
import type { Shared } from "../shared.ts";
import { judge, windowLeftMs } from "./failure.ts";
import type { IntercomOptions } from "./options.ts";

export interface IntercomApi {
  /** A delivery's calls, within the limit. Throws DeliveryError `outage` before the first where too few are left. */
  within<T>(given: SessionOf, work: (session: Session) => Promise<T>): Promise<T>;
  /** Of no delivery: for checks and requirements. */
  plain(signal: AbortSignal): Session;
  close(): Promise<void>;
}

interface SessionOf {
  readonly event: WaypostEvent;
  readonly context: Pick<DeliveryContext, "shadow">;
  readonly signal: AbortSignal;
}

/** A new person's first message: who we are, two marks, a search, contact, conversation, and what a 404 makes of it. */
const mostCalls = 10;

export function createIntercomApi(
  { baseUrl, token, version }: IntercomOptions,
  clock: Pick<Clock, "monotonic">,
  shared: Shared,
): IntercomApi {
  const window = shared.of("intercom limit", [baseUrl, token], () =>
    createRateWindow(clock, "Intercom"),
  );
  const learn = ({ headers }: ApiAnswer) => {
    const { "x-ratelimit-remaining": remaining } = headers;
    if (remaining !== undefined) window.learn(Number(remaining), windowLeftMs({ headers }) ?? 0);
  };
  const api = createApi({
    vendor: "Intercom",
    baseUrl,
    credentials: { header: "authorization", prefix: "Bearer ", token },
    headers: { "intercom-version": version },
    secrets: [token],
    judge(answer) {
      learn(answer);
      return judge(answer);
    },
  });
  const counted = (session: Session): Session => ({
    ...session,
    async look(request) {
      window.spend();
      const answer = await session.look(request);
      learn(answer);
      return answer;
    },
    async write(would, request) {
      window.spend();
      const answer = await session.write(would, request);
      if (answer) learn(answer);
      return answer;
    },
  });
  return {
    async within({ event, context, signal }, work) {
      window.enter(mostCalls);
      try {
        return await work(counted(api.session(event, context, signal)));
      } finally {
        window.leave(mostCalls);
      }
    },
    plain: (signal) => counted(api.plain(signal)),
    close: api.close,
  };
}
