import type { Operations } from "./generated.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** The addresses that take this method, as openapi.yaml writes them. */
export type PathOf<M extends Method> = keyof Operations extends infer Name
  ? Name extends `${M} ${infer Path}`
    ? Path
    : never
  : never;

type Operation<M extends Method, P extends PathOf<M>> = Operations[`${M} ${P}` & keyof Operations];

export type Answer<M extends Method, P extends PathOf<M>> = Operation<M, P>["answer"];

/** What any request may say besides. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** The whole answer must be there within this, of a stream its beginning. 30 s unless told. */
  readonly timeoutMs?: number | undefined;
  /** Why contents are to be shown that this session sees masked. It is audited. */
  readonly reveal?: string | undefined;
}

/** What may be left out may also be undefined, and nothing of it is changed. */
type Given<T> = T extends readonly (infer Each)[]
  ? readonly Given<Each>[]
  : T extends object
    ? {
        readonly [K in keyof T]: object extends Pick<T, K> ? Given<T[K]> | undefined : Given<T[K]>;
      }
    : T;

export type Asked<M extends Method, P extends PathOf<M>> = Given<Omit<Operation<M, P>, "answer">> &
  RequestOptions;

/** Whoever must say nothing need not give it. */
export type Request<M extends Method, P extends PathOf<M>> =
  object extends Asked<M, P> ? [request?: Asked<M, P>] : [request: Asked<M, P>];

/** The addresses of lists that have pages. */
export type ListPath = {
  [P in PathOf<"GET">]: Answer<"GET", P> extends { items: unknown[]; next: string | null }
    ? P
    : never;
}[PathOf<"GET">];

export type Item<P extends ListPath> = Answer<"GET", P> extends { items: (infer T)[] } ? T : never;
