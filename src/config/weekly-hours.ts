/* The days and spans of `hours`, as they are written. */

const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** From and to in minutes of the day; to is at most 1440. */
export type Span = readonly [from: number, to: number];

/** `mon` or `fri-mon` as ISO weekdays, 1 is Monday; undefined for anything else. */
export function parseDays(text: string): number[] | undefined {
  const [first = "", last = first, ...more] = text.split("-");
  const from = names.indexOf(first);
  const to = names.indexOf(last);
  if (from < 0 || to < 0 || more.length > 0) return undefined;
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => ((from + i) % 7) + 1);
}

/** `09:00-18:00`, `13:30-24:00`. undefined for anything else; the order of its ends is not looked at. */
export function parseSpan(text: string): Span | undefined {
  const [from, to, ...more] = text.split("-").map(parseTime);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  return [from, to];
}

/** `09:00` to `24:00` in minutes of the day; undefined for anything else. */
function parseTime(text: string): number | undefined {
  const [, hours, minutes] = /^\s*([01]?\d|2[0-4]):([0-5]\d)\s*$/.exec(text) ?? [];
  const time = Number(hours) * 60 + Number(minutes);
  return time <= 1440 ? time : undefined;
}

/** `mon 09:00`: the ISO weekday, absent for each day, and the minute of the day. */
export function parseWeekTime(text: string): { weekday?: number; minute: number } {
  const [time = "", day] = text.split(" ").reverse();
  const [weekday] = parseDays(day ?? "") ?? [];
  return { ...(weekday !== undefined && { weekday }), minute: parseTime(time) ?? 0 };
}

/** Whether such a local date exists: `2026-02-29` does not. */
export function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).format() !== "" && !/^[+-]/.test(text);
  } catch {
    return false;
  }
}
