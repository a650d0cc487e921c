import type { Consumer, Parcel, WaypostEvent } from "../../contracts.ts";
import { isQuarantined } from "../../event/event.ts";
import { parseCarried } from "../../event/parse.ts";
import { compilePattern } from "../../event/pattern.ts";
import type { Log } from "../../support/log.ts";

export interface Tails {
  open(pattern: string, onEvent: (event: WaypostEvent) => void): Consumer;
  /** Shows events to those who follow now, soon after. Never throws. */
  show(parcels: readonly Parcel[]): void;
}

/** Live listeners of this process. What they throw is logged and harms nobody. */
export function createTails(log: Log): Tails {
  const tails = new Map<symbol, { live: boolean; show(parcel: Parcel): void }>();
  return {
    open(pattern, onEvent) {
      const matches = compilePattern(pattern);
      const key = Symbol("tail");
      const tail = {
        live: true,
        show(parcel: Parcel) {
          if (!tail.live || !matches(parcel.type)) return;
          try {
            const item = parseCarried(parcel.bytes);
            if (!isQuarantined(item)) onEvent(item);
          } catch (error) {
            log.warn("a live tail failed", { error, eventId: parcel.id });
          }
        },
      };
      tails.set(key, tail);
      return {
        async pause() {
          tail.live = false;
        },
        async resume() {
          tail.live = tails.has(key);
        },
        async close() {
          tail.live = false;
          tails.delete(key);
        },
      };
    },
    show(parcels) {
      if (tails.size === 0) return;
      const following = [...tails.values()];
      setImmediate(() => {
        for (const parcel of parcels) for (const tail of following) tail.show(parcel);
      });
    },
  };
}
