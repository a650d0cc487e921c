import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { json } from "node:stream/consumers";
import { Option } from "commander";
import { ConfigError } from "../config/config-error.ts";

/** Where the ops API is, and the token for it. */
export interface OpsTarget {
  readonly url: string;
  /** Absent when none was found; the API then says what is missing. */
  readonly token?: string;
}

/** Given as `--url` and `--token`; what is not given is found in the configuration. */
export interface OpsFlags {
  readonly url?: string;
  readonly token?: string;
}

export const urlOption = new Option("--url <url>", "the ops API (default: from the configuration)");
export const tokenOption = new Option(
  "--token <token>",
  "a token for it (default: from the configuration)",
);

export type ResolveOps = (flags: OpsFlags) => OpsTarget | Promise<OpsTarget>;

/** What scripts may branch on. */
export const exitCodes = { wrong: 1, usage: 2, unreachable: 3, unauthorized: 4 } as const;

/** Ends a command: the message goes to stderr, the code to the shell. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface OpsClient {
  readonly target: OpsTarget;
  /** The answer's JSON. Throws CommandError. */
  get<T>(path: string, query?: OpsQuery): Promise<T>;
  /** Sends JSON; the answer's JSON, of any 2xx, within 15 s unless told. Throws CommandError. */
  post<T>(path: string, body: unknown, withinMs?: number): Promise<T>;
  /** All items of a list, page by page, newest first, up to `limit`. */
  list<T>(path: string, query: OpsQuery, limit: number): AsyncGenerator<T>;
}
export type OpsQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

const answerMs = 15_000;
const pageSize = 200;

export function createOpsClient(target: OpsTarget): OpsClient {
  const get = async <T>(path: string, query: OpsQuery = {}): Promise<T> => {
    const response = await ask(target, path, query, { silenceMs: answerMs });
    const answer = await jsonOf(response);
    if (response.statusCode !== 200) throw failure(target, response.statusCode, answer);
    return answer as T;
  };
  const post = async <T>(path: string, body: unknown, withinMs = answerMs): Promise<T> => {
    const headers = { "content-type": "application/json" };
    const response = await ask(target, path, {}, { silenceMs: answerMs, withinMs, headers, body });
    const answer = await jsonOf(response);
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299) throw failure(target, statusCode, answer);
    return answer as T;
  };
  return {
    target,
    get,
    post,
    list: async function* <T>(path: string, query: OpsQuery, limit: number) {
      let left = limit;
      let cursor: string | undefined;
      while (left > 0) {
        const paging = { limit: String(Math.min(pageSize, left)), cursor };
        const page = await get<{ items: T[]; next: string | null }>(path, { ...query, ...paging });
        yield* page.items;
        left -= page.items.length;
        if (page.next === null) return;
        cursor = page.next;
      }
    },
  };
}

interface Asking {
  /** So long may the answer pause. */
  readonly silenceMs: number;
  /** So long may it take to begin; 15 s unless told. */
  readonly withinMs?: number;
  readonly headers?: Record<string, string>;
  /** Makes it a POST of this as JSON. */
  readonly body?: unknown;
}

/** One GET or POST with the token. Throws CommandError when nobody answers. */
export async function ask(
  target: OpsTarget,
  path: string,
  query: OpsQuery,
  more: Asking,
): Promise<IncomingMessage> {
  const url = address(target, path, query);
  const token = target.token === undefined ? {} : { authorization: `Bearer ${target.token}` };
  try {
    return await send(url, { ...more, headers: { ...more.headers, ...token } });
  } catch (error) {
    throw unreachable(target, error);
  }
}

/** Node's own client: undici takes longer to load than all the rest of a command. */
function send(
  url: URL,
  { silenceMs, withinMs = answerMs, headers, body }: Asking,
): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const giveUp = () => sent.destroy(silence());
    const sent = request(url, { method, headers, timeout: withinMs }, (response) => {
      sent.off("timeout", giveUp);
      response.setTimeout(silenceMs, () => response.destroy(silence()));
      resolve(response);
    });
    sent.once("timeout", giveUp);
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function silence(): Error {
  return Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
}

/** Undefined where it is none. */
export function jsonOf(response: IncomingMessage): Promise<unknown> {
  return json(response).catch(() => undefined);
}

function address(target: OpsTarget, path: string, query: OpsQuery): URL {
  if (!URL.canParse(target.url) || !/^https?:/.test(target.url)) {
    throw new CommandError(exitCodes.usage, "--url must be an http or https address.");
  }
  const url = new URL(target.url.replace(/\/+$/, "") + path);
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values ?? []].flat()) url.searchParams.append(name, value);
  }
  return url;
}

function unreachable(target: OpsTarget, error: unknown): CommandError {
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return new CommandError(
    exitCodes.unreachable,
    `Waypost does not answer at ${shown(target)}${code}.\n` +
      "Start it with `waypost start` (or `waypost ops`), or say where it is: --url, OPS_HOST, OPS_PORT.",
  );
}

/** An answer other than 200, in words and with what to do. */
export function failure(
  target: OpsTarget,
  status: number | undefined,
  answer: unknown,
): CommandError {
  const problem = (answer ?? {}) as {
    type?: string;
    title?: string;
    errors?: { parameter: string; reason: string }[];
  };
  if (status === 401) return unauthorized(target);
  const title = problem.title ?? `The answer was ${status}.`;
  const errors = (problem.errors ?? []).map(
    ({ parameter, reason }) => `\n  ${parameter} ${reason}`,
  );
  if (status === 404 && problem.type !== "urn:waypost:problem:not-found") {
    return new CommandError(
      exitCodes.unreachable,
      `${shown(target)} answers, but it is not the ops API. ${problem.title ?? ""}\nSay where it is: --url, OPS_HOST, OPS_PORT.`,
    );
  }
  const code = status === 400 ? exitCodes.usage : exitCodes.wrong;
  return new CommandError(code, `${title}${errors.join("")}`);
}

function unauthorized(target: OpsTarget): CommandError {
  const what =
    target.token === undefined ? "wants a token, and none was found" : "refused the token";
  return new CommandError(
    exitCodes.unauthorized,
    `${shown(target)} ${what}.\n` +
      "It is one of OPS_TOKENS; where none is set, a generated one is in DATA_DIR/secrets.env (./data/secrets.env).\n" +
      "Run this in the same folder with the same environment, or pass --token.",
  );
}

/** Without user, password and query. */
function shown(target: OpsTarget): string {
  const { origin, pathname } = new URL(target.url);
  return origin + pathname.replace(/\/$/, "");
}

/** Runs a command to its exit code. A closed pipe (`| head`) is a normal end. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.usage;
  }
}
