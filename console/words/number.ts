const whole = new Intl.NumberFormat("en");

/** "1,204". */
export function count(value: number): string {
  return whole.format(value);
}

/** "1 event", "1,204 events". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** "+4915156967718": what stands in for it while it is masked has letters, and stays as it is. */
export function phone(waId: string): string {
  return /^\d{7,15}$/.test(waId) ? `+${waId}` : waId;
}

/** "4.2 kB". */
export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}
