import { useEffect, useRef, useState } from "preact/hooks";
import { type Trouble, troubleOf } from "../words/problem.ts";
import { type Held, hold, type Page, unheld } from "./hold.ts";
import { useResource } from "./resource.ts";

export interface Pages<T> {
  /** Absent until the first page is there. */
  readonly items?: readonly T[];
  readonly problem?: Trouble;
  readonly loading: boolean;
  /** Absent on the last page. */
  readonly more?: () => void;
  /** How many wait for `showFresh`, so that nothing moves that is read. */
  readonly fresh: number;
  /** There may be more of them than that. */
  readonly isMore?: boolean;
  showFresh(): void;
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

interface Options {
  readonly everyMs?: number;
  /** The ids of rows that somebody has in hand; undefined: nobody reads the list, so that it may change. */
  readonly inHand?: () => readonly string[] | undefined;
}

/** A list of the API, page by page. It is asked again by itself only while its first page alone is shown: nobody loses their place in a long one. */
export function usePages<T extends { readonly id: string }>(
  key: string,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>,
  options: Options = {},
): Pages<T> {
  const [tail, setTail] = useState<Tail<T>>({ key, of: undefined, pages: [] });
  const isLong = tail.key === key && tail.pages.length > 0;
  const first = useResource(key, (signal) => load(undefined, signal), isLong ? {} : options);
  const current = useRef<unknown>(undefined);
  useEffect(() => {
    current.current = first.data;
  }, [first.data]);

  const { shown, showFresh } = useHeld(key, first.data, options.inHand);
  const following: Tail<T> = tail.of === first.data ? tail : { key, of: first.data, pages: [] };
  const last = following.pages.at(-1) ?? shown;
  const more = async () => {
    const of = first.data;
    setTail({ ...following, loading: true });
    const result: Tail<T> = await load(last?.next ?? undefined).then(
      (page) => ({ key, of, pages: [...following.pages, page] }),
      (error) => ({ ...following, problem: troubleOf(error) }),
    );
    if (current.current === of) setTail(result);
  };
  const problem = first.problem ?? following.problem;
  const toFirst = () => setTail({ key, of: undefined, pages: [] });
  return {
    ...(shown && { items: unique([shown, ...following.pages].flatMap(({ items }) => items)) }),
    ...(problem && { problem }),
    ...(typeof last?.next === "string" && { more }),
    loading: first.loading || following.loading === true,
    fresh: shown?.fresh ?? 0,
    isMore: shown?.isMore ?? false,
    showFresh: () => {
      showFresh();
      toFirst();
    },
    reload: () => {
      toFirst();
      first.reload();
    },
  };
}

/** The first page, or what is to be seen of it by somebody who reads. */
function useHeld<T extends { readonly id: string }>(
  key: string,
  newest: Page<T> | undefined,
  inHand: Options["inHand"],
) {
  const held = useRef<{ readonly key: string; readonly of?: Page<T>; readonly as?: Held<T> }>({
    key,
  });
  if (newest !== undefined && held.current.of !== newest) {
    const was = held.current.key === key ? held.current.as : undefined;
    const ids = was && inHand?.();
    const as = was && ids ? hold(was, newest, ids) : unheld(newest);
    held.current = { key, of: newest, as };
  }
  return {
    shown: newest && held.current.as,
    showFresh: () => {
      if (newest) held.current = { key, of: newest, as: unheld(newest) };
    },
  };
}

/** What was pushed off the first page meanwhile, the next one has again. */
function unique<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
