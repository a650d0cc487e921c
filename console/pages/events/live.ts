import { useEffect, useState } from "preact/hooks";
import type { WaypostEvent } from "../../../src/event/event.ts";
import { api } from "../../api/client.ts";
import { ended, untilBack } from "../../api/ended.ts";
import type { Query } from "./filters.ts";

/** More would make the page slow, and nobody reads them: the log has them all. */
const most = 500;

export interface Live {
  /** What came since, newest first, without what waits. */
  readonly shown: readonly WaypostEvent[];
  /** What came while it was held. */
  readonly waiting: readonly WaypostEvent[];
  /** false: the connection is lost, and made again. */
  readonly connected: boolean;
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
  const [connected, setConnected] = useState(true);
  const key = query && JSON.stringify(query);
  useEffect(() => {
    setFresh(nothing);
    if (query === undefined) return;
    const abort = new AbortController();
    const ended = follow(query, abort.signal, {
      event: (event) => setFresh((was) => add(was, event, held())),
      connected: setConnected,
    });
    ended.catch(() => setConnected(false));
    return () => abort.abort();
  }, [key]);
  return {
    shown: fresh.shown,
    waiting: fresh.waiting,
    connected,
    showWaiting: () =>
      setFresh(({ shown, waiting }) => ({
        shown: [...waiting, ...shown].slice(0, most),
        waiting: [],
      })),
  };
}

interface On {
  event(event: WaypostEvent): void;
  connected(is: boolean): void;
}

async function follow(query: Query, signal: AbortSignal, on: On): Promise<void> {
  const onOpen = () => on.connected(true);
  const onLost = () => on.connected(false);
  while (!signal.aborted) {
    try {
      for await (const event of api.follow({ query, signal, onOpen, onLost, retryFirst: true }))
        on.event(event);
    } catch (error) {
      if (!ended.value) throw error;
      await untilBack(signal);
    }
  }
}

function add({ shown, waiting }: Fresh, event: WaypostEvent, held: boolean): Fresh {
  if ([...shown, ...waiting].some(({ id }) => id === event.id)) return { shown, waiting };
  return held
    ? { shown, waiting: [event, ...waiting].slice(0, most) }
    : { shown: [event, ...waiting, ...shown].slice(0, most), waiting: [] };
}
