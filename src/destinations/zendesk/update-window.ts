import type { Clock } from "../../support/clock.ts";

/** https://developer.zendesk.com/api-reference/introduction/rate-limits/: 30 updates of a ticket by one user in 10 minutes. */
const most = 30;
const windowMs = 10 * 60_000;
const mostTickets = 20_000;

/** How often this process has updated each ticket of late. After a restart it knows less than Zendesk, which then says so. */
export interface UpdateWindow {
  used(ticket: string): number;
  /** 0: at once. */
  freeInMs(ticket: string): number;
  /** Told after the answer, so that it never ends before Zendesk's. */
  took(ticket: string): void;
}

export function createUpdateWindow(clock: Pick<Clock, "monotonic">): UpdateWindow {
  const times = new Map<string, number[]>();
  const recent = (ticket: string) => {
    const from = clock.monotonic() - windowMs;
    const kept = (times.get(ticket) ?? []).filter((at) => at > from);
    if (kept.length === 0) times.delete(ticket);
    else times.set(ticket, kept);
    return kept;
  };
  return {
    used: (ticket) => recent(ticket).length,
    freeInMs(ticket) {
      const kept = recent(ticket);
      const first = kept.at(-most);
      return first === undefined ? 0 : Math.ceil(first + windowMs - clock.monotonic());
    },
    took(ticket) {
      if (times.size >= mostTickets) for (const each of [...times.keys()]) recent(each);
      times.set(ticket, [...recent(ticket), clock.monotonic()]);
    },
  };
}
