import type { DeliveryContext, WaypostEvent } from "../../contracts.ts";
import type { Clock } from "../../support/clock.ts";
import { type ApiAnswer, createApi, type Session } from "../http/api.ts";
import { createRateWindow } from "../rate-window.ts";
import type { Shared } from "../shared.ts";
import { createJudge } from "./failure.ts";
import type { FreshdeskOptions } from "./options.ts";

export interface FreshdeskApi {
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

/** A new person's first message, or what a ticket that is gone makes of the next. */
const mostCalls = 8;
/** The limit is by the minute; no answer says when it ends. */
const windowMs = 60_000;

export function createFreshdeskApi(
  options: FreshdeskOptions,
  clock: Pick<Clock, "monotonic">,
  shared: Shared,
): FreshdeskApi {
  const { baseUrl, apiKey } = options;
  const window = shared.of("freshdesk limit", [baseUrl, apiKey], () =>
    createRateWindow(clock, "Freshdesk"),
  );
  const learn = ({ status, headers, afterMs }: ApiAnswer) => {
    const { "x-ratelimit-remaining": remaining } = headers;
    if (status === 429) window.learn(0, afterMs ?? windowMs);
    else if (remaining !== undefined) window.learn(Number(remaining), windowMs);
  };
  const judge = createJudge(options);
  const basic = Buffer.from(`${apiKey}:X`).toString("base64");
  const api = createApi({
    vendor: "Freshdesk",
    baseUrl: new URL(`${baseUrl.href.replace(/\/$/, "")}/api/v2`),
    credentials: { header: "authorization", prefix: "Basic ", token: basic },
    secrets: [apiKey, basic],
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
