import { offsetAt } from "../../contracts/business-hours.ts";

export interface WeekTime {
  /** ISO: 1 is Monday; absent: each day. */
  readonly weekday?: number;
  /** Of the day. */
  readonly minute: number;
}

const dayMs = 86_400_000;

/** The last time, not later than `now`, at which it was due by the clock on the wall. */
export function lastDue({ weekday, minute }: WeekTime, timeZone: string, now: number): number {
  const today = Math.floor((now + offsetAt(timeZone, now)) / dayMs);
  for (let day = today; day > today - 9; day -= 1) {
    const midnight = day * dayMs;
    if (weekday !== undefined && (new Date(midnight).getUTCDay() || 7) !== weekday) continue;
    const due = utcOf(midnight + minute * 60_000, timeZone);
    if (due <= now) return due;
  }
  throw new RangeError("every day of the week comes within nine days");
}

/** Of a local time that spring leaves out the moment that it would have been before. */
function utcOf(local: number, timeZone: string): number {
  const near = local - offsetAt(timeZone, local);
  return local - offsetAt(timeZone, near);
}
