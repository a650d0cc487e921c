import { ApiProblem, ApiUnreachable, problemOf } from "./api-problem.ts";
import { type Deadline, deadline } from "./deadline.ts";
import type { RequestOptions } from "./operation.ts";

export interface ClientOptions {
  /** Where the ops port is, such as `https://waypost.internal:8081`; absent in a page that it serves. */
  readonly baseUrl?: string;
  /** Absent where a session's cookie says who asks. */
  readonly token?: string | undefined;
  /** Instead of the runtime's. */
  readonly fetch?: typeof fetch;
}

/** Any operation's request, once its types are checked. */
export interface AnyRequest extends RequestOptions {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const defaultTimeoutMs = 30_000;

/** The JSON of a 2xx answer; undefined where it has no body. Throws ApiProblem, ApiUnreachable, or why `signal` was aborted. */
export async function send(
  options: ClientOptions,
  method: string,
  path: string,
  request: AnyRequest = {},
): Promise<unknown> {
  const limit = deadline(request.timeoutMs ?? defaultTimeoutMs, request.signal);
  try {
    const response = await ask(options, method, path, request, limit);
    return parse(response, await response.text());
  } catch (error) {
    throw toClientError(error, limit);
  } finally {
    limit.clear();
  }
}

/** A 2xx answer as it begins; its body is read without a time limit unless `limit` is extended. Throws as `send`. */
export async function open(
  options: ClientOptions,
  path: string,
  request: AnyRequest = {},
  limit: Deadline = deadline(request.timeoutMs ?? defaultTimeoutMs, request.signal),
): Promise<Response> {
  try {
    return await ask(options, "GET", path, request, limit);
  } catch (error) {
    throw toClientError(error, limit);
  } finally {
    limit.clear();
  }
}

async function ask(
  { baseUrl = "", token, fetch: fetchWith = fetch }: ClientOptions,
  method: string,
  path: string,
  { path: values = {}, query = {}, body, headers, reveal }: AnyRequest,
  { signal }: Deadline,
): Promise<Response> {
  const response = await fetchWith(
    baseUrl.replace(/\/+$/, "") + filled(path, values) + queryString(query),
    {
      method,
      signal,
      headers: {
        ...headers,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(reveal !== undefined && { "X-Waypost-Reveal": encodeURIComponent(reveal) }),
        // A page of another origin cannot send this, so that a session's cookie alone changes nothing.
        ...(method !== "GET" && { "X-Waypost": "1" }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
  );
  if (!response.ok) throw await problemOf(response);
  return response;
}

function filled(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(values[name])));
}

function queryString(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value ?? []].flat()) search.append(name, String(each));
  }
  return search.size === 0 ? "" : `?${search}`;
}

function parse({ status }: Response, text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem({ type: "about:blank", title: "The answer is not of Waypost.", status });
  }
}

/** What fetch throws differs from runtime to runtime; Node says in the cause why. */
export function toClientError(error: unknown, { signal }: Deadline): unknown {
  if (error instanceof ApiProblem || error instanceof ApiUnreachable) return error;
  if (signal.aborted) return signal.reason;
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return new ApiUnreachable(cause?.code ?? cause?.message, error);
}
