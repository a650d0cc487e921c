import { request } from "undici";
import type { Config } from "../../config/config.ts";
import type { DoctorFinding } from "../../contracts.ts";
import { bad, good } from "./check.ts";

const mostMs = 10_000;
const answerMs = 5_000;

/** How far this machine's clock is ahead of another's. */
export function clockFinding(whose: string, aheadMs: number): DoctorFinding {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (Math.abs(aheadMs) <= mostMs) return good("clock", `as ${whose}'s, to ${seconds} s`);
  const found = `${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} ${whose}'s`;
  return bad("clock", "clock_skew", found, "Let NTP set the clocks of both machines.");
}

/** Against Meta's, where Meta is asked anyway. Nothing where it does not tell the time. */
export async function checkClock({ meta }: Pick<Config, "meta">): Promise<DoctorFinding[]> {
  if (meta.accessToken === undefined && meta.appId === undefined) return [];
  try {
    const signal = AbortSignal.timeout(answerMs);
    const { headers, body } = await request(new URL(meta.graphUrl).origin, { signal });
    await body.dump();
    const told = Date.parse(String(headers["date"]));
    // The header counts whole seconds.
    return Number.isNaN(told) ? [] : [clockFinding("Meta", Date.now() - told - 500)];
  } catch {
    return [];
  }
}
