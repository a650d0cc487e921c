import type { Clock } from "../../support/clock.ts";
import { createWindowedApi, type WindowedApi } from "../desk/windowed-api.ts";
import type { Shared } from "../shared.ts";
import { judge, windowLeftMs } from "./failure.ts";
import type { IntercomOptions } from "./options.ts";

/** A new person's first message: who we are, two marks, a search, contact, conversation, and what a 404 makes of it. */
const mostCalls = 10;

export function createIntercomApi(
  { baseUrl, token, version }: IntercomOptions,
  clock: Pick<Clock, "monotonic">,
  shared: Shared,
): WindowedApi {
  return createWindowedApi(
    {
      ...{ vendor: "Intercom", baseUrl, credentials: { token }, secrets: [token], judge },
      headers: { "intercom-version": version },
      ...{ mostCalls, account: [baseUrl, token] },
      leftIn: (answer) => [
        Number(answer.headers["x-ratelimit-remaining"]),
        windowLeftMs(answer) ?? 0,
      ],
    },
    clock,
    shared,
  );
}
