const perSecond = { s: 1, min: 60, h: 3600 };

/** `10/s`, `60/min`, `100/h` as a number per second; undefined for anything else. */
export function parseRate(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\/(s|min|h)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Number(number) / perSecond[unit as keyof typeof perSecond];
}
