import { useEffect, useRef, useState } from "preact/hooks";
import { type Trouble, troubleOf } from "../words/problem.ts";

export interface Resource<T> {
  /** Stays while it is loaded again, so that nothing on the page moves. */
  readonly data?: T;
  readonly problem?: Trouble;
  readonly loading: boolean;
  reload(): void;
}

interface State<T> {
  readonly key: string;
  readonly data?: T;
  readonly problem?: Trouble;
  readonly loading: boolean;
}

/**
 * What a page shows of the API. Loads when `key` changes, which names all that the answer depends on, and every `everyMs` while
 * the tab is seen.
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { everyMs }: { readonly everyMs?: number } = {},
): Resource<T> {
  const [state, setState] = useState<State<T>>({ key, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  const asking = useRef(false);

  useEffect(() => {
    const abort = new AbortController();
    asking.current = true;
    setState((was) => ({ ...(was.key === key ? was : { key }), loading: true }));
    void latest
      .current(abort.signal)
      .then((data) => ({ key, data, loading: false }))
      .catch((error) => (was: State<T>) => ({
        ...(was.data === undefined ? {} : { data: was.data }),
        ...{ key, problem: troubleOf(error), loading: false },
      }))
      .then((next) => {
        if (abort.signal.aborted) return;
        asking.current = false;
        setState(next);
      });
    return () => abort.abort();
  }, [key, round]);

  const reload = () => setRound((was) => was + 1);
  // An answer that takes longer than that is waited for: asked anew each time, it would never come.
  const again = () => asking.current || reload();
  useEffect(() => (everyMs === undefined ? undefined : repeat(everyMs, again)), [everyMs]);
  // What belongs to another key is not shown for this one, not even once.
  const { data, problem, loading } = state.key === key ? state : ({ loading: true } as State<T>);
  return {
    ...(data === undefined ? {} : { data }),
    ...(problem === undefined ? {} : { problem }),
    ...{ loading, reload },
  };
}

function repeat(everyMs: number, act: () => void): () => void {
  const timer = setInterval(() => document.hidden || act(), everyMs);
  return () => clearInterval(timer);
}
