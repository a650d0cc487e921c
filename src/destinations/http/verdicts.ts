import { DeliveryError, type Verdict } from "../../contracts.ts";
import { PrivateAddressError } from "../private-addresses.ts";

const dayMs = 86_400_000;

/** A Retry-After header (seconds or an HTTP date) in milliseconds from now, at most a day; undefined when unreadable, or over already: then it says nothing. */
export function retryAfterMs(header: unknown, now = Date.now()): number | undefined {
  if (typeof header !== "string") return undefined;
  const text = header.trim();
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  const afterMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : at - now;
  return afterMs > 0 ? Math.min(afterMs, dayMs) : undefined;
}

/** What an HTTP status other than 2xx means for the destination. */
export interface StatusVerdict {
  readonly verdict: Verdict;
  /** A failure behind the front door: the effect may have happened all the same. */
  readonly maybeDone: boolean;
}

/** A rate or a quota is used up. */
export const tooManyRequests = 429;

const outages = new Set([408, 423, 425, tooManyRequests]);
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

/** Codes of failures before a request could leave: nothing can have happened on the other side. */
const unsent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ENOTFOUND: "the host name does not resolve",
  EAI_AGAIN: "the host name cannot be resolved now",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ECONNRESET: "the connection was reset",
  UND_ERR_SOCKET: "the connection was closed before an answer",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "no answer in time",
};

/** A failure to get an answer at all, as a DeliveryError. `signal` is the attempt's: it may be what ended it. */
export function transportError(error: unknown, signal: AbortSignal): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const failure = rootOf(error);
  if (failure instanceof PrivateAddressError) {
    const message = `${failure.message}: for a target inside, set allowPrivateAddresses: true`;
    return new DeliveryError("config", message);
  }
  if (signal.aborted) {
    return new DeliveryError("outage", "no answer in time", { maybeDone: true, cause: error });
  }
  const code = codeOf(failure);
  const certificate = isCertificateCode(code);
  const message = words[code] ?? (certificate ? "its certificate is not accepted" : "no answer");
  return new DeliveryError("outage", code === "" ? message : `${message} (${code})`, {
    maybeDone: !unsent.has(code) && !certificate,
    cause: error,
  });
}

/** Throws when the attempt is over before it began: nothing was sent. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new DeliveryError("outage", "stopped before it was sent");
}

/** Libraries wrap what the socket said; with several addresses it is the first that counts. */
function rootOf(error: unknown): unknown {
  let at = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
    else if (at instanceof Error && at.cause instanceof Error) at = at.cause;
    else break;
  }
  return at;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

/** OpenSSL's words for a certificate that Node refuses during the handshake. */
function isCertificateCode(code: string): boolean {
  return /CERT|UNABLE_TO_|SELF_SIGNED|^ERR_TLS_|^ERR_SSL_|HOSTNAME_MISMATCH/.test(code);
}
