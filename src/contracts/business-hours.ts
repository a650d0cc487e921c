import type { Hours } from "./routing.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Beyond it hours count as never open. */
const horizonMs = 366 * dayMs;

/** By the clock on the wall: of an hour that autumn repeats both are open, of one that spring leaves out none is. */
export function isOpen(hours: Hours, at: Date): boolean {
  const time = at.getTime();
  return isOpenAt(hours, time + offsetAt(hours.timeZone, time));
}

/**
 * The moment at which `ms` of open time have passed since `from`; it is itself in open time, so `ms` of 0 gives the next
 * opening, or `from`. undefined: that is more than a year away.
 */
export function addOpenTime(hours: Hours, from: Date, ms: number): Date | undefined {
  const start = from.getTime();
  let left = Math.max(0, ms);
  for (let at = start; at - start <= horizonMs; ) {
    const offset = offsetAt(hours.timeZone, at);
    const next = nextChange(hours, at, offset);
    if (isOpenAt(hours, at + offset)) {
      // When nothing is left at closing time, the moment is the next opening.
      if (left < next - at) return new Date(at + left);
      left -= next - at;
    }
    at = next;
  }
  return undefined;
}

/** Local times are told as if they were UTC. */
function isOpenAt(hours: Hours, local: number): boolean {
  const time = local - midnightBefore(local);
  return spansOf(hours, local).some(
    ([from, to]) => from * minuteMs <= time && time < to * minuteMs,
  );
}

function spansOf(hours: Hours, local: number): Hours["days"][number] {
  const date = new Date(local);
  if (hours.except.includes(date.toISOString().slice(0, 10))) return [];
  return hours.days[date.getUTCDay() || 7] ?? [];
}

function midnightBefore(local: number): number {
  return Math.floor(local / dayMs) * dayMs;
}

/** The next edge of a span, midnight or change of clocks. */
function nextChange(hours: Hours, at: number, offset: number): number {
  const midnight = midnightBefore(at + offset);
  const edges = spansOf(hours, at + offset).flatMap((span) => span.map((edge) => edge * minuteMs));
  const ahead = [...edges, dayMs]
    .map((edge) => midnight + edge - offset)
    .filter((edge) => edge > at);
  const next = Math.min(...ahead);
  const { timeZone } = hours;
  return offsetAt(timeZone, next - 1) === offset ? next : changeOfClocks(timeZone, at, next - 1);
}

/** The first moment with another offset than `before`; `after` has one. */
function changeOfClocks(timeZone: string, before: number, after: number): number {
  const offset = offsetAt(timeZone, before);
  let [same, other] = [before, after];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(timeZone, middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds to add to UTC for local time. Throws a RangeError for a zone that is none. */
export function offsetAt(timeZone: string, time: number): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  // "11/20/2026, GMT+01:00"; UTC is "GMT" alone, offsets of long ago have seconds.
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(time)) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -ms : ms;
}
