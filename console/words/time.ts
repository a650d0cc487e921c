/** Times in words. Pure: `now` and the zone are given. */

const minute = 60_000;
const hour = 60 * minute;
const dayMs = 24 * hour;

/** "now", "40 s", "12 min", "3 h", "5 d": short enough for a column. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < minute) return `${Math.max(1, Math.round(size / 1_000))} s`;
  if (size < hour) return `${Math.floor(size / minute)} min`;
  if (size < 2 * dayMs) {
    const [hours, minutes] = [Math.floor(size / hour), Math.floor((size % hour) / minute)];
    return hours < 10 && minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  }
  return `${Math.floor(size / dayMs)} d`;
}

/** "12 min ago", "in 3 h". */
export function relative(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  // The clock of a page moves every 5 s: what has just happened is ahead of it.
  if (ms > -1_500 && ms < 6_000) return "now";
  const rough = Math.abs(ms) < hour ? span(ms) : span(Math.abs(ms) - (Math.abs(ms) % hour));
  return ms > 0 ? `in ${rough}` : `${rough} ago`;
}

export type Zone = "local" | "utc";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone, name: string, options: Intl.DateTimeFormatOptions) {
  const key = `${zone} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    ...options,
    hourCycle: "h23",
    ...(zone === "utc" && { timeZone: "UTC" }),
  });
  formats.set(key, made);
  return made;
}

const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };

/** "14:03:22" of today, "30 Nov, 14:03" of this year, "30 Nov 2025" of others. */
export function shortTime(at: string, now: number, zone: Zone): string {
  const then = new Date(at);
  const dated = (time: Date | number) => format(zone, "day", { dateStyle: "short" }).format(time);
  if (dated(then) === dated(now)) return format(zone, "clock", clock).format(then);
  const sameYear = dated(then).slice(-4) === dated(now).slice(-4);
  if (!sameYear)
    return format(zone, "old", { day: "numeric", month: "short", year: "numeric" }).format(then);
  return minuteTime(at, zone);
}

/** "1 Dec 2026, 14:03:22.120 UTC". */
export function fullTime(at: string, zone: Zone): string {
  const full = format(zone, "full", {
    ...{ day: "numeric", month: "short", year: "numeric", ...clock },
    ...{ fractionalSecondDigits: 3, timeZoneName: "short" },
  });
  return full.format(new Date(at));
}

/** "1 Dec, 14:03". */
export function minuteTime(at: string, zone: Zone): string {
  const { second: _, ...minutes } = clock;
  return format(zone, "date", { day: "numeric", month: "short", ...minutes }).format(new Date(at));
}

/** Of an axis: "14:30" within two days, else "1 Dec". */
export function tickTime(at: number, length: number, zone: Zone): string {
  const { second: _, ...minutes } = clock;
  if (length <= 2 * dayMs) return format(zone, "tick", minutes).format(at);
  return format(zone, "tick day", { day: "numeric", month: "short" }).format(at);
}

/** "41 ms", "1.2 s". */
export function took(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** "Today", "Mon, 30 Nov": what stands between the days of a chat. */
export function day(at: string, now: number, zone: Zone): string {
  const dated = (time: Date | number) => format(zone, "day", { dateStyle: "short" }).format(time);
  if (dated(new Date(at)) === dated(now)) return "Today";
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  return format(zone, "weekday", options).format(new Date(at));
}
