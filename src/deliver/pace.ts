import type { Clock } from "../support/clock.ts";

/** How fast a destination works through what waits. */
export interface Pace {
  /** A row is over, however it ended. */
  ended(): void;
  /** With each renewal: rows ended an hour, of the last minute; undefined when it does not work through anything, as while it is out. */
  look(busy: boolean): number | undefined;
}

/** Renewals, one each 5 s. */
const looks = 12;
/** Less is too short a time to reckon with. */
const leastMs = 2_000;
const hour = 3_600_000;

/** Only the time in which something could be tried counts: from one look at which it was busy to the next. */
export function createPace(clock: Pick<Clock, "monotonic">): Pace {
  let last: { readonly ended: number; readonly ms: number }[] = [];
  let wasBusy = false;
  let ended = 0;
  let since = clock.monotonic();
  return {
    ended() {
      ended += 1;
    },
    look(busy) {
      if (!busy) last = [];
      else if (wasBusy) last = [...last, { ended, ms: clock.monotonic() - since }].slice(-looks);
      wasBusy = busy;
      ended = 0;
      since = clock.monotonic();
      const ms = last.reduce((sum, each) => sum + each.ms, 0);
      const all = last.reduce((sum, each) => sum + each.ended, 0);
      return ms < leastMs || all === 0 ? undefined : Math.ceil((all / ms) * hour);
    },
  };
}
