import { Agent, type Dispatcher } from "undici";
import { type DeliveryContext, DeliveryError, type WaypostEvent } from "../../contracts.ts";
import { fieldsOf, jsonOf } from "../json.ts";
import { redactAnswer } from "../redact-answer.ts";
import { type HttpAnswer, type HttpRequest, send } from "./send.ts";
import { type TokenSource, withToken } from "./token-source.ts";
import { remedyFor, statusVerdict, tooManyRequests } from "./verdicts.ts";

/** A vendor's JSON API, as one destination uses it. */
export interface ApiOptions {
  /** For people: `HubSpot`. */
  readonly vendor: string;
  /** A function is asked for each request, once there is a token: where the vendor tells it with the token. */
  readonly baseUrl: URL | (() => URL);
  readonly credentials: Credentials;
  /** With every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What nobody may be shown of an answer. */
  readonly secrets: readonly string[];
  /** What an answer other than 2xx means in the vendor's own words; undefined: what its status means. */
  readonly judge?: (answer: ApiAnswer) => Judgement | undefined;
  /** Before each request is sent; what it throws is thrown. */
  readonly before?: (request: ApiRequest, signal: AbortSignal) => void | Promise<void>;
  /** What each answer tells of the vendor's limits, before it is judged. */
  readonly learn?: (answer: ApiAnswer) => void;
}

/** `prefix` and the token in this header: `authorization: Bearer …` unless told. */
interface Credentials {
  readonly header?: string;
  readonly prefix?: string;
  /** A function makes it, and may use the API's own connections. */
  readonly token: string | TokenSource | ((connections: Dispatcher) => TokenSource);
}

export interface ApiRequest {
  /** GET unless told. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base address; what is put into it goes through `pathOf`. */
  readonly path: string;
  /** Left out where undefined. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  /** Instead of `json`, with its content-type among `headers`. */
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses besides 2xx, or answers, that are answered with, not thrown. One that is no JSON is none of them: a proxy's page. */
  readonly accept?: readonly number[] | ((answer: ApiAnswer) => boolean);
  /** What a 2xx of the vendor has in any case. One without it cannot be read: it does not say that nothing is there. */
  readonly holds?: string;
}

export interface ApiAnswer extends HttpAnswer {
  /** undefined: no JSON. */
  readonly json: unknown;
}

export interface Judgement {
  readonly verdict: DeliveryError["verdict"];
  /** The vendor's code, where it is a known one: it goes into logs. */
  readonly code?: string;
  /** In our words: what it means or what to do. */
  readonly words?: string;
  readonly maybeDone?: boolean;
  /** Instead of its Retry-After. */
  readonly afterMs?: number;
  readonly laneOnly?: boolean;
  /** Beside what a 429 says by itself. */
  readonly limited?: boolean;
  /** Of a refusal: as `fields` of a DeliveryError. */
  readonly fields?: readonly string[];
}

/** The requests of one delivery, or of a check. Throws DeliveryError. */
export interface Session {
  /** Changes nothing, so that whatever fails has done nothing; it is sent in shadow too. */
  look(request: ApiRequest): Promise<ApiAnswer>;
  /** In shadow it is not sent, and answers undefined; `would` says then what it would have done: `create a contact`. */
  write(would: string, request: ApiRequest): Promise<ApiAnswer | undefined>;
  /** What of options the vendor has refused, by field: all else was written without it. */
  readonly notTaken: Map<string, string>;
  /** To be said in shadow besides: `1 duplicate by phone`. */
  note(words: string): void;
  /** What was to be said in shadow: `would create a contact; 1 duplicate by phone`. */
  summary(): string;
}

export interface Api {
  session(
    event: WaypostEvent,
    context: Pick<DeliveryContext, "shadow">,
    signal: AbortSignal,
  ): Session;
  /** Of no delivery: for checks and requirements. */
  plain(signal: AbortSignal): Session;
  close(): Promise<void>;
}

export function createApi(options: ApiOptions): Api {
  const agent = new Agent({ connect: { timeout: 5_000 }, allowH2: false });
  const { credentials, before, learn } = options;
  const token =
    typeof credentials.token === "function" ? credentials.token(agent) : credentials.token;
  const sendOne = async (request: ApiRequest, signal: AbortSignal) => {
    await before?.(request, signal);
    const answer = await ask({ ...options, token }, agent, request, signal);
    learn?.(answer);
    return answer;
  };
  const sessionOf = (signal: AbortSignal, shadow: boolean, event?: WaypostEvent): Session => {
    const would: string[] = [];
    const notes: string[] = [];
    const judged = async (request: ApiRequest, writes: boolean) => {
      const answer = await sendOne(request, signal).catch((error: unknown) => {
        throw writes || !(error instanceof DeliveryError) ? error : nothingDone(error);
      });
      if (isTaken(answer, request)) return answer;
      throw failure(options, answer, event, writes);
    };
    return {
      look: (request) => judged(request, false),
      async write(words, request) {
        if (!shadow) return judged(request, true);
        would.push(words);
        return undefined;
      },
      notTaken: new Map(),
      note: (words) => void notes.push(words),
      summary: () => [`would ${would.join(", ") || "do nothing"}`, ...notes].join("; "),
    };
  };
  return {
    session: (event, { shadow }, signal) => sessionOf(signal, shadow, event),
    plain: (signal) => sessionOf(signal, false),
    close: () => agent.destroy(),
  };
}

/** A path with what is put into it escaped. */
export function pathOf(
  parts: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string {
  return parts.reduce(
    (path, part, i) => `${path}${encodeURIComponent(values[i - 1] ?? "")}${part}`,
  );
}

/** Search results may be long; a vendor that floods must not fill the memory. */
const maxAnswerBytes = 4_194_304;

async function ask(
  {
    baseUrl,
    credentials: { header = "authorization", prefix = "Bearer " },
    headers,
    token,
  }: ApiOptions & { readonly token: string | TokenSource },
  dispatcher: Agent,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  const { method = "GET", path, query = {}, json, body = json && JSON.stringify(json) } = request;
  const sendWith = async (used: string): Promise<ApiAnswer> => {
    const url = urlOf(typeof baseUrl === "function" ? baseUrl() : baseUrl, path, query);
    const asked: HttpRequest = {
      ...{ url, method, signal, maxAnswerBytes },
      maxAnswerMs: Number.POSITIVE_INFINITY,
      headers: {
        accept: "application/json",
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
        ...request.headers,
        [header]: prefix + used,
      },
      ...(body !== undefined && { body: body as string | Uint8Array }),
    };
    const answer = await send(dispatcher, asked);
    return { ...answer, json: jsonOf(answer.text) };
  };
  return typeof token === "string" ? sendWith(token) : withToken(token, signal, sendWith);
}

function urlOf(baseUrl: URL, path: string, query: NonNullable<ApiRequest["query"]>): URL {
  const url = new URL(baseUrl.href.replace(/\/$/, "") + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/** What says that it worked says so in JSON, or not at all (204). */
function isTaken(answer: ApiAnswer, { accept = [], holds }: ApiRequest): boolean {
  const { status, json, text } = answer;
  if (json === undefined && text !== "") return false;
  if (typeof accept === "function" ? accept(answer) : accept.includes(status)) return true;
  const isWhole = holds === undefined || (fieldsOf(json)[holds] ?? undefined) !== undefined;
  return status >= 200 && status < 300 && isWhole;
}

function failure(
  { vendor, judge, secrets }: ApiOptions,
  answer: ApiAnswer,
  event: WaypostEvent | undefined,
  writes: boolean,
): DeliveryError {
  const { status } = answer;
  const shown = event && `${status} ${redactAnswer(answer.text, event, secrets)}`.trim();
  const details = shown === undefined ? {} : { answer: shown };
  if (status >= 200 && status < 300) {
    return unreadable(vendor, answer, writes, details);
  }
  const usual = statusVerdict(status);
  const judged: Judgement = judge?.(answer) ?? usual;
  const { verdict, code, maybeDone = false, laneOnly = false } = judged;
  const words = judged.words ?? (verdict === "config" ? remedyFor(status) : undefined);
  const answered = [`${vendor} answered ${status}`, code].filter(Boolean).join(" ");
  const afterMs = judged.afterMs ?? answer.afterMs;
  return new DeliveryError(verdict, words === undefined ? answered : `${answered}: ${words}`, {
    ...{ ...details, laneOnly, fields: judged.fields },
    limited: judged.limited ?? status === tooManyRequests,
    maybeDone: writes && maybeDone,
    ...(verdict === "outage" && afterMs !== undefined && { afterMs }),
  });
}

/** A 2xx that does not hold what was asked for: of a write it may be done. */
export function unreadable(
  vendor: string,
  { status }: Pick<ApiAnswer, "status">,
  maybeDone: boolean,
  details: { readonly answer?: string } = {},
): DeliveryError {
  const words = `${vendor} answered ${status} with something that cannot be read`;
  return new DeliveryError("outage", words, { ...details, maybeDone });
}

function nothingDone(error: DeliveryError): DeliveryError {
  const { verdict, message, limited, afterMs, answer } = error;
  return new DeliveryError(verdict, message, {
    ...{ limited, cause: error },
    ...(afterMs !== undefined && { afterMs }),
    ...(answer !== undefined && { answer }),
  });
}
