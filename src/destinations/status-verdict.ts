import type { Verdict } from "../contracts.ts";

/** What an HTTP status other than 2xx means for the destination. */
export interface StatusVerdict {
  readonly verdict: Verdict;
  /** A failure behind the front door: the effect may have happened all the same. */
  readonly maybeDone: boolean;
}

const outages = new Set([408, 423, 425, 429]);
/** What only a change of the configuration mends; a redirect is never followed, so it is one too. */
const misconfigured = new Set([401, 402, 403, 404, 405, 407, 410]);

/** For vendors without words of their own: 5xx (but 501), 408, 423, 425, 429 are an outage; of the rest, what concerns one event is refused. */
export function statusVerdict(status: number): StatusVerdict {
  if (outages.has(status)) return { verdict: "outage", maybeDone: status === 408 };
  if (status === 501) return { verdict: "refused", maybeDone: false };
  if (status >= 500) return { verdict: "outage", maybeDone: status !== 503 };
  if (status < 400 || misconfigured.has(status)) return { verdict: "config", maybeDone: false };
  return { verdict: "refused", maybeDone: false };
}

/** A sentence for the on-call engineer about an answer that pauses the destination. */
export function remedyFor(status: number): string {
  if (status < 400)
    return "it redirects, which is never followed: configure the address it leads to";
  if (status === 401 || status === 403 || status === 407) return "check the credentials";
  if (status === 404) return "check the address";
  if (status === 405) return "the address does not take POST";
  if (status === 410)
    return "the receiver wants no more: remove the destination, or correct its address";
  return "look at the receiver's account";
}
