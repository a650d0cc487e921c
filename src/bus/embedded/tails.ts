import type { Consumer, EncodedEvent, WaypostEvent } from "../../contracts.ts";
import { isQuarantined } from "../../event/event.ts";
import { parseBusMessage } from "../../event/parse.ts";
import { compilePattern, type TypePattern } from "../../event/pattern.ts";
import { describeError } from "../../support/describe-error.ts";
import type { Log } from "../../support/log.ts";

/** Events that wait to be shown; a tail is best effort, so more are not shown. */
const maxWaiting = 5_000;
/** How long one turn of the event loop is held. */
const turnMs = 5;

interface Tail {
  live: boolean;
  readonly matches: TypePattern;
  readonly onEvent: (event: WaypostEvent) => void;
}

export interface Tails {
  open(pattern: string, onEvent: (event: WaypostEvent) => void): Consumer;
  /** Shows events, soon, to those who follow them now. Never throws. */
  show(events: readonly EncodedEvent[]): void;
}

/** Live listeners of this process. What they throw is logged and harms nobody. */
export function createTails(log: Log): Tails {
  const tails = new Set<Tail>();
  const waiting: { readonly event: EncodedEvent; readonly tails: readonly Tail[] }[] = [];
  const showSome = () => {
    const end = performance.now() + turnMs;
    let shown = 0;
    for (const one of waiting) {
      showOne(one.event, one.tails, log);
      shown += 1;
      if (performance.now() > end) break;
    }
    waiting.splice(0, shown);
    if (waiting.length > 0) setImmediate(showSome);
  };
  return {
    open(pattern, onEvent) {
      const tail: Tail = { live: true, matches: compilePattern(pattern), onEvent };
      tails.add(tail);
      return {
        async pause() {
          tail.live = false;
        },
        async resume() {
          tail.live = tails.has(tail);
        },
        async close() {
          tail.live = false;
          tails.delete(tail);
        },
      };
    },
    show(events) {
      if (tails.size === 0) return;
      if (waiting.length === 0) setImmediate(showSome);
      for (const event of events.slice(0, maxWaiting - waiting.length)) {
        waiting.push({ event, tails: [...tails].filter(({ matches }) => matches(event.type)) });
      }
    },
  };
}

function showOne(event: EncodedEvent, tails: readonly Tail[], log: Log): void {
  for (const { onEvent } of tails.filter(({ live }) => live)) {
    try {
      const item = parseBusMessage(event.bytes);
      if (!isQuarantined(item)) onEvent(item);
    } catch (error) {
      log.warn("a live tail failed", { reason: describeError(error), eventId: event.id });
    }
  }
}
