import { counted } from "./number.ts";

const units = {
  s: [1_000, "second"],
  m: [60_000, "minute"],
  h: [3_600_000, "hour"],
  d: [86_400_000, "day"],
} as const;

/** Of a filter: `24h` ago, as the command line takes it too, or a moment, which stays as it is. */
export function momentOf(text: string, now: number): string {
  const ago = agoOf(text);
  return ago === undefined ? text : new Date(now - ago.count * units[ago.unit][0]).toISOString();
}

/** "last 24 hours"; of a moment: "since 2026-11-20". */
export function sinceInWords(text: string): string {
  const ago = agoOf(text);
  if (ago === undefined) return `since ${text}`;
  const [, unit] = units[ago.unit];
  return ago.count === 1 ? `last ${unit}` : `last ${counted(ago.count, unit)}`;
}

function agoOf(text: string) {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), unit: unit as keyof typeof units };
}
