const units = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `10s`, `1.5min`, `2h`, `1d` in whole milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Math.round(Number(number) * units[unit as keyof typeof units]);
}

/** Of a duration that has been checked. */
export function milliseconds(duration: string): number {
  return parseDuration(duration) ?? 0;
}
