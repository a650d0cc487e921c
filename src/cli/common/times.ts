import { InvalidArgumentError } from "commander";

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `2h` ago, a date, or a time. */
export function parseTime(text: string): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago !== null) {
    const unit = unitMs[ago[2] as keyof typeof unitMs];
    return new Date(Date.now() - Number(ago[1]) * unit).toISOString();
  }
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError("Not a time.");
  return new Date(text).toISOString();
}
