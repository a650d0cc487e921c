/** Where things are on a chart. Pure. */

export interface Plot {
  readonly width: number;
  readonly height: number;
  /** Milliseconds at its left and right edge. */
  readonly from: number;
  readonly to: number;
  /** The value at its upper edge. */
  readonly top: number;
}

/** What the axes take. */
export const edges = { left: 52, right: 6, top: 6, bottom: 20 } as const;

export function xOf({ width, from, to }: Plot, at: number): number {
  const share = (at - from) / Math.max(1, to - from);
  return round(edges.left + share * (width - edges.left - edges.right));
}

export function yOf({ height, top }: Plot, value: number): number {
  return round(height - edges.bottom - (value / top) * (height - edges.top - edges.bottom));
}

/** A line through the values, with a gap where one is not known. A value between two gaps is a dash. */
export function lineOf(
  plot: Plot,
  times: readonly number[],
  values: readonly (number | null)[],
): string {
  const dash = (index: number) =>
    `M${round(xOf(plot, times[index] ?? 0) - 1.5)} ${yOf(plot, values[index] ?? 0)}h3`;
  return runsOf(values)
    .map((run) =>
      run.length === 1
        ? dash(run[0] ?? 0)
        : `M${run.map((index) => pointOf(plot, times, values, index)).join("L")}`,
    )
    .join("");
}

/** What is between that line and nothing. */
export function areaOf(
  plot: Plot,
  times: readonly number[],
  values: readonly (number | null)[],
): string {
  const floor = yOf(plot, 0);
  return runsOf(values)
    .map((run) => {
      const [first = 0, last = 0] = [run[0], run.at(-1)];
      const line = run.map((index) => pointOf(plot, times, values, index)).join("L");
      const ends = [xOf(plot, times[first] ?? 0), xOf(plot, times[last] ?? 0)];
      return `M${ends[0]} ${floor}L${line}L${ends[1]} ${floor}Z`;
    })
    .join("");
}

function pointOf(
  plot: Plot,
  times: readonly number[],
  values: readonly (number | null)[],
  index: number,
): string {
  return `${xOf(plot, times[index] ?? 0)} ${yOf(plot, values[index] ?? 0)}`;
}

/** The indexes of values that are known, each run without a gap. */
function runsOf(values: readonly (number | null)[]): number[][] {
  const runs: number[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index > 0 && values[index - 1] !== null) runs.at(-1)?.push(index);
    else runs.push([index]);
  });
  return runs;
}

/** 1, 2, 4, 5 or 10 times a power of ten, whose half is as round. */
export function niceTop(highest: number): number {
  if (highest <= 2) return 2;
  const power = 10 ** Math.floor(Math.log10(highest));
  const factor = [1, 2, 4, 5, 10].find((each) => each * power >= highest) ?? 10;
  return factor * power;
}

const minute = 60_000;
const steps = [1, 5, 15, 30, 60, 180, 360, 720, 1_440, 2_880, 10_080, 43_200].map(
  (each) => each * minute,
);

/** Round moments, as many as there is room for; `offset`: what the zone's clock is ahead of UTC. */
export function timeTicks({ from, to, width }: Plot, offset: number): number[] {
  const room = Math.max(2, Math.floor((width - edges.left) / 84));
  const step = steps.find((each) => (to - from) / each <= room) ?? 43_200 * minute;
  const first = Math.ceil((from + offset) / step) * step - offset;
  const ticks = [];
  for (let at = first; at <= to; at += step) ticks.push(at);
  return ticks;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
