import { useEffect, useRef, useState } from "preact/hooks";
import { type Trouble, troubleOf } from "../words/problem.ts";
import { useResource } from "./resource.ts";

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Pages<T> {
  /** Absent until the first page is there. */
  readonly items?: readonly T[];
  readonly problem?: Trouble;
  readonly loading: boolean;
  /** Absent on the last page. */
  readonly more?: () => void;
  reload(): void;
}

interface Tail<T> {
  readonly of: unknown;
  readonly pages: readonly Page<T>[];
  readonly problem?: Trouble;
  readonly loading?: boolean;
}

/** A list of the API, page by page. Asking again begins with the first page. */
export function usePages<T>(
  key: string,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>,
  options: { readonly everyMs?: number } = {},
): Pages<T> {
  const first = useResource(key, (signal) => load(undefined, signal), options);
  const [tail, setTail] = useState<Tail<T>>({ of: undefined, pages: [] });
  const current = useRef<unknown>(undefined);
  useEffect(() => {
    current.current = first.data;
  }, [first.data]);

  const following = tail.of === first.data ? tail : { of: first.data, pages: [] as Page<T>[] };
  const next = following.pages.at(-1)?.next ?? first.data?.next;
  const last = following.pages.length > 0 ? following.pages.at(-1)?.next : first.data?.next;
  const more = async () => {
    const of = first.data;
    setTail({ ...following, loading: true });
    const result: Tail<T> = await load(next ?? undefined).then(
      (page) => ({ of, pages: [...following.pages, page] }),
      (error) => ({ ...following, problem: troubleOf(error) }),
    );
    if (current.current === of) setTail(result);
  };
  const problem = first.problem ?? following.problem;
  return {
    ...(first.data && { items: [first.data, ...following.pages].flatMap(({ items }) => items) }),
    ...(problem && { problem }),
    ...(typeof last === "string" && { more }),
    loading: first.loading || following.loading === true,
    reload: first.reload,
  };
}
