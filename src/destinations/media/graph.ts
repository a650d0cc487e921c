import { type Agent, type Dispatcher, request } from "undici";
import { DeliveryError } from "../../contracts.ts";
import { send } from "../http/send.ts";
import { statusVerdict, transportError } from "../http/verdicts.ts";

export interface GraphOptions {
  /** With the version: `https://graph.facebook.com/v26.0`. */
  readonly graphUrl: string;
  readonly accessToken: string;
}

/** Where a file's bytes are, for five minutes, and what Meta says of them. */
export interface MediaAddress {
  readonly url: URL;
  /** Hex. */
  readonly sha256?: string;
  readonly bytes?: number;
}

/** A file that cannot be had, now or ever, in a sentence for people. */
export class AbsentFileError extends Error {
  override readonly name = "AbsentFileError";
}

/** Some of Meta's servers refuse requests that do not say who asks. */
const userAgent = "waypost";
const infoMs = 10_000;
const mostRedirects = 3;

/** `GET /<media id>`. Throws DeliveryError or AbsentFileError. */
export async function askAddress(
  dispatcher: Agent,
  options: GraphOptions,
  mediaId: string,
  signal: AbortSignal,
): Promise<MediaAddress> {
  const answer = await askGraph(dispatcher, options, mediaId, signal);
  const { url, sha256, file_size: size } = answer;
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new DeliveryError("outage", "Meta told no address for the file");
  }
  const bytes = Number(size);
  return {
    url: parsed,
    ...(typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256) && { sha256 }),
    ...(Number.isSafeInteger(bytes) && bytes > 0 && { bytes }),
  };
}

/** Answers with the JSON of a GET; what it changes is nothing. Throws DeliveryError or AbsentFileError. */
export async function askGraph(
  dispatcher: Agent,
  { graphUrl, accessToken }: GraphOptions,
  path: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await send(dispatcher, {
    url: new URL(`${graphUrl.replace(/\/$/, "")}/${path}`),
    method: "GET",
    headers: { authorization: `Bearer ${accessToken}`, "user-agent": userAgent },
    signal: AbortSignal.any([signal, AbortSignal.timeout(infoMs)]),
    maxAnswerMs: infoMs,
  });
  const json = parsed(answer.text);
  if (answer.status === 200 && json !== undefined) return json;
  throw graphFailure(answer.status, json, answer.afterMs);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** Codes of https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes, by what they say something about. */
const hasteCodes = new Set([1, 2, 4, 17, 341, 613, 80007, 130429, 131056]);
const tokenCodes = new Set([0, 102, 190, 463, 467]);
const rightsCodes = new Set([3, 10, ...Array.from({ length: 100 }, (_, i) => 200 + i)]);
const fileWords: Readonly<Record<number, string>> = {
  100: "Meta knows no such file any more, or not for this access token",
  131052: "Meta could not get the file from the sender",
  131053: "Meta could not keep the file",
};

/** Where Meta tells a code it counts, else the status. */
function graphFailure(
  status: number,
  json: Readonly<Record<string, unknown>> | undefined,
  afterMs: number | undefined,
): Error {
  const { code: given } = (json?.["error"] ?? {}) as { readonly code?: unknown };
  const code = Number(given ?? Number.NaN);
  const answered = `Meta answered ${status}${Number.isNaN(code) ? "" : ` with the code ${code}`}`;
  const words = fileWords[code];
  if (words !== undefined) return new AbsentFileError(words);
  if (tokenCodes.has(code)) return tokenFailure(answered, 401);
  if (rightsCodes.has(code)) return tokenFailure(answered, 403);
  if (!hasteCodes.has(code)) return statusFailure(status, answered, afterMs);
  return new DeliveryError("outage", answered, afterMs === undefined ? {} : { afterMs });
}

/** What a status other than 200 says of a file, where nothing else is told. */
export function statusFailure(status: number, answered: string, afterMs?: number): Error {
  if (status === 401 || status === 403) return tokenFailure(answered, status);
  if (status === 404 || status === 410) return new AbsentFileError("the file has expired at Meta");
  if (status < 400 || statusVerdict(status).verdict === "outage") {
    return new DeliveryError("outage", answered, afterMs === undefined ? {} : { afterMs });
  }
  return new AbsentFileError(`Meta does not give the file out: ${answered}`);
}

function tokenFailure(answered: string, status: 401 | 403): DeliveryError {
  const remedy =
    status === 401
      ? "META_ACCESS_TOKEN is not valid any more: make another one"
      : "META_ACCESS_TOKEN needs whatsapp_business_messaging for this account";
  return new DeliveryError("config", `${answered}: ${remedy}`);
}

/**
 * The answer of the address, whatever its status, redirects followed. Only the address that Graph told, and what is of the same
 * origin, gets the token. Throws DeliveryError.
 */
export async function openAddress(
  dispatcher: Agent,
  { accessToken }: GraphOptions,
  url: URL,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const bearer = at.origin === url.origin && { authorization: `Bearer ${accessToken}` };
    const headers = { ...bearer, "user-agent": userAgent };
    const answer = await request(at, { dispatcher, method: "GET", headers, signal }).catch(
      (error: unknown) => {
        throw transportError(error, signal);
      },
    );
    const next = redirectOf(answer, at);
    if (next === undefined) return answer;
    await answer.body.dump();
    at = next;
  }
  throw new DeliveryError("outage", "the file's address redirects in circles");
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== "string") {
    return undefined;
  }
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  // Nothing that came over HTTPS goes on without it.
  const fits =
    next?.protocol === "https:" || (next?.protocol === "http:" && from.protocol === "http:");
  if (!fits)
    throw new DeliveryError("outage", "the file's address redirects to where it cannot be had");
  return next;
}
