import { useEffect, useState } from "preact/hooks";
import type { WaypostEvent } from "../../../src/event/event.ts";
import { follow, type StreamState } from "../../api/stream.ts";
import type { Query } from "./filters.ts";

/** More would make the page slow, and nobody reads them: the log has them all. */
const most = 500;

export interface Live {
  /** What came since, newest first, without what waits. */
  readonly shown: readonly WaypostEvent[];
  /** How many came while it was held. */
  readonly waiting: number;
  readonly state: StreamState;
  showWaiting(): void;
}

interface Fresh {
  readonly shown: readonly WaypostEvent[];
  readonly waiting: readonly WaypostEvent[];
}

const nothing: Fresh = { shown: [], waiting: [] };

/** What comes in while the page is open. `held`: it is kept back, so that what somebody reads does not move. */
export function useLive(query: Query | undefined, held: () => boolean): Live {
  const [fresh, setFresh] = useState(nothing);
  const [state, setState] = useState<StreamState>("connecting");
  const key = query && JSON.stringify(query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the query by value
  useEffect(() => {
    setFresh(nothing);
    if (query === undefined) return;
    const abort = new AbortController();
    const message = ({ data }: { readonly data: string }) => {
      const event = JSON.parse(data) as WaypostEvent;
      setFresh((was) => add(was, event, held()));
    };
    void follow("GET /api/events/stream", { query, signal: abort.signal }, { message, state: setState });
    return () => abort.abort();
  }, [key]);
  return {
    shown: fresh.shown,
    waiting: fresh.waiting.length,
    state,
    showWaiting: () => setFresh(({ shown, waiting }) => ({ shown: [...waiting, ...shown].slice(0, most), waiting: [] })),
  };
}

function add({ shown, waiting }: Fresh, event: WaypostEvent, held: boolean): Fresh {
  if ([...shown, ...waiting].some(({ id }) => id === event.id)) return { shown, waiting };
  return held
    ? { shown, waiting: [event, ...waiting].slice(0, most) }
    : { shown: [event, ...shown].slice(0, most), waiting };
}
