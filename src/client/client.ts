/**
 * The ops API for TypeScript: every operation of `schemas/openapi.yaml` by its address, in browsers and Node.
 *
 *   const waypost = createClient({ baseUrl: "http://127.0.0.1:8081", token });
 *   await waypost.post("/api/deliveries/{id}/retry", { path: { id } });
 *   for await (const event of waypost.list("/api/events", { query: { type: ["whatsapp.message.*"] } })) …
 */
import type { WaypostEvent } from "../event/event.ts";
import { type FollowRequest, follow } from "./follow.ts";
import type { Answer, Item, ListPath, Method, PathOf, Request } from "./operation.ts";
import { type AnyRequest, type ClientOptions, open, send } from "./send.ts";

export type { WaypostEvent } from "../event/event.ts";
export { ApiProblem, ApiUnreachable } from "./api-problem.ts";
export type { FollowRequest } from "./follow.ts";
export type * from "./generated.ts";
export type { Answer, Asked, Item, ListPath, PathOf, RequestOptions } from "./operation.ts";
export type { ClientOptions } from "./send.ts";

type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...request: Request<M, P>
) => Promise<Answer<M, P>>;

/** Each call answers with the JSON of a 2xx, and throws ApiProblem, ApiUnreachable, or why its `signal` was aborted. */
export interface Client {
  readonly get: Call<"GET">;
  readonly post: Call<"POST">;
  readonly patch: Call<"PATCH">;
  readonly delete: Call<"DELETE">;
  /** All items of a list, page by page as they are taken; `max` items where told. */
  list<P extends ListPath>(
    path: P,
    request?: Request<"GET", P>[0] & { readonly max?: number },
  ): AsyncGenerator<Item<P>>;
  /** The live tail, for ever: a connection that is lost is made again, and goes on where it ended. */
  follow(request?: FollowRequest): AsyncGenerator<WaypostEvent>;
  /** What is no JSON: a file, an export. Only its beginning has a time limit. */
  open<P extends PathOf<"GET">>(path: P, ...request: Request<"GET", P>): Promise<Response>;
}

const pageSize = 200;

export function createClient(options: ClientOptions = {}): Client {
  const call = <M extends Method>(method: M) =>
    ((path, request) => send(options, method, path, request as AnyRequest)) as Call<M>;
  return {
    get: call("GET"),
    post: call("POST"),
    patch: call("PATCH"),
    delete: call("DELETE"),
    list: <P extends ListPath>(path: P, request?: object) =>
      list(options, path, request ?? {}) as AsyncGenerator<Item<P>>,
    follow: (request) => follow(options, request),
    open: (path, ...[request]) => open(options, path, request as AnyRequest),
  };
}

async function* list(
  options: ClientOptions,
  path: string,
  { max = Number.POSITIVE_INFINITY, query, ...request }: AnyRequest & { readonly max?: number },
): AsyncGenerator<unknown> {
  let left = max;
  let cursor = query?.["cursor"];
  while (left > 0) {
    const paging = { limit: Math.min(pageSize, left), cursor };
    const page = await send(options, "GET", path, { ...request, query: { ...query, ...paging } });
    const { items, next } = page as { items: unknown[]; next: string | null };
    yield* items;
    left -= items.length;
    if (next === null) return;
    cursor = next;
  }
}
