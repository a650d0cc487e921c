import type { Operations } from "./operations.ts";
import { readProblem, unreachable } from "./problem.ts";
import { viewer } from "./viewer.ts";

type Given<O, K extends string> = O extends { readonly [P in K]: infer V }
  ? { readonly [P in K]: V }
  : O extends { readonly [P in K]?: infer V }
    ? { readonly [P in K]?: V }
    : unknown;

/** What an operation takes: what its path, query and body are in openapi.yaml. */
type Input<K extends keyof Operations> = Given<Operations[K], "path"> &
  Given<Operations[K], "query"> &
  Given<Operations[K], "body"> &
  CallOptions;

interface CallOptions {
  readonly signal?: AbortSignal;
  /** Why what is masked is to be shown: the answer is unmasked, and the audit has the reason. */
  readonly reveal?: string | undefined;
}

export type Answer<K extends keyof Operations> = Operations[K]["answer"];

interface Loose extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: object;
  readonly body?: unknown;
  /** The id of the last message that a stream has brought. */
  readonly last?: string | undefined;
}

/** Kept in memory alone. */
export const bearer: { token?: string | undefined } = {};

/** Asks the API. Throws ApiProblem. */
export async function call<K extends keyof Operations>(
  operation: K,
  input: Input<K>,
): Promise<Answer<K>> {
  const response = await request(operation, input as Loose);
  return response.status === 204 ? undefined : await response.json();
}

/** The same, for answers that are no JSON: streams, files. */
export async function request(operation: string, input: Loose): Promise<Response> {
  const [method = "GET"] = operation.split(" ");
  const { body, signal } = input;
  const response = await fetch(addressOf(operation, input), {
    method,
    headers: headersOf(method, input),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error) => {
    throw signal?.aborted ? error : unreachable();
  });
  if (response.ok) return response;
  if (response.status === 401) viewer.value = null;
  throw await readProblem(response);
}

function headersOf(method: string, { body, reveal, last }: Loose): Record<string, string> {
  return {
    ...(bearer.token === undefined ? {} : { Authorization: `Bearer ${bearer.token}` }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    // Another site's form cannot send it: what changes something needs it.
    ...(method === "GET" ? {} : { "X-Waypost": "1" }),
    ...(reveal === undefined ? {} : { "X-Waypost-Reveal": encodeURIComponent(reveal) }),
    ...(last === undefined ? {} : { "Last-Event-ID": last }),
  };
}

/** Beside the page, wherever a proxy has put it. */
export function addressOf(operation: string, { path = {}, query = {} }: Loose): string {
  const template = operation.split(" ").at(-1) ?? "";
  const filled = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name] ?? ""));
  const url = new URL(filled.replace(/^\//, ""), document.baseURI);
  url.hash = "";
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) if (each !== undefined) url.searchParams.append(name, `${each}`);
  }
  return url.href;
}
