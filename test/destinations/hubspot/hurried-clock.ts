import { type Clock, systemClock } from "../../../src/support/clock.ts";

const times = 1_000;

/** A second is a millisecond: for tests that do not look at how calls are spread. */
export const hurriedClock: Pick<Clock, "monotonic" | "after"> = {
  monotonic: () => systemClock.monotonic() * times,
  after: (ms, call) => systemClock.after(ms / times, call),
};
