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
  readonly key: string;
  /** The first page that they follow. */
  readonly of: unknown;
  readonly pages: readonly Page<T>[];
  readonly problem?: Trouble;
  readonly loading?: boolean;
}

/** A list of the API, page by page. It is asked again by itself only while its first page alone is shown: nobody loses their place in a long one. */
export function usePages<T>(
  key: string,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>,
  options: { readonly everyMs?: number } = {},
): Pages<T> {
  const [tail, setTail] = useState<Tail<T>>({ key, of: undefined, pages: [] });
  const isLong = tail.key === key && tail.pages.length > 0;
  const first = useResource(key, (signal) => load(undefined, signal), isLong ? {} : options);
  const current = useRef<unknown>(undefined);
  useEffect(() => {
    current.current = first.data;
  }, [first.data]);

  const following: Tail<T> = tail.of === first.data ? tail : { key, of: first.data, pages: [] };
  const next = following.pages.at(-1)?.next ?? first.data?.next;
  const last = following.pages.length > 0 ? following.pages.at(-1)?.next : first.data?.next;
  const more = async () => {
    const of = first.data;
    setTail({ ...following, loading: true });
    const result: Tail<T> = await load(next ?? undefined).then(
      (page) => ({ key, of, pages: [...following.pages, page] }),
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
    reload: () => {
      setTail({ key, of: undefined, pages: [] });
      first.reload();
    },
  };
}
