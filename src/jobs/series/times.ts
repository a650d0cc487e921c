import type { Step } from "../../contracts.ts";

export const stepMs: Readonly<Record<Step, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Milliseconds since 1970 of the step that holds this moment. */
export function floorTo(step: Step, at: number): number {
  return Math.floor(at / stepMs[step]) * stepMs[step];
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The steps that begin from `from` on and end by `to`. */
export function stepsWithin(step: Step, from: number, to: number): number[] {
  const found: number[] = [];
  const first = Math.ceil(from / stepMs[step]) * stepMs[step];
  for (let at = first; at + stepMs[step] <= to; at += stepMs[step]) found.push(at);
  return found;
}
