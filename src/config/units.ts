const durations = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const perSecond = { s: 1, min: 60, h: 3600 };

/** `500ms`, `10s`, `1.5min`, `2h`, `1d` in whole milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Math.round(Number(number) * durations[unit as keyof typeof durations]);
}

/** `10/s`, `60/min`, `100/h` as a number per second; undefined for anything else. */
export function parseRate(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\/(s|min|h)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Number(number) / perSecond[unit as keyof typeof perSecond];
}
