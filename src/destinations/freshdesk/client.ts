import type { Clock } from "../../support/clock.ts";
import { createWindowedApi, type WindowedApi } from "../desk/windowed-api.ts";
import type { Shared } from "../shared.ts";
import { createJudge } from "./failure.ts";
import type { FreshdeskOptions } from "./options.ts";

/** A new person's first message, or what a ticket that is gone makes of the next. */
const mostCalls = 8;
/** The limit is by the minute; no answer says when it ends. */
const windowMs = 60_000;

export function createFreshdeskApi(
  options: FreshdeskOptions,
  clock: Pick<Clock, "monotonic">,
  shared: Shared,
): WindowedApi {
  const { baseUrl, apiKey } = options;
  const token = Buffer.from(`${apiKey}:X`).toString("base64");
  return createWindowedApi(
    {
      vendor: "Freshdesk",
      baseUrl: new URL(`${baseUrl.href.replace(/\/$/, "")}/api/v2`),
      credentials: { prefix: "Basic ", token },
      secrets: [apiKey, token],
      judge: createJudge(options),
      ...{ mostCalls, account: [baseUrl, apiKey] },
      leftIn: ({ status, headers, afterMs = windowMs }) =>
        status === 429 ? [0, afterMs] : [Number(headers["x-ratelimit-remaining"]), windowMs],
    },
    clock,
    shared,
  );
}
