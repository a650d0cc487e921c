import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Tone } from "../words/delivery.ts";
import { areaOf, edges, lineOf, niceTop, type Plot, timeTicks, xOf, yOf } from "../words/plot.ts";
import { fullTime, minuteTime, tickTime, type Zone } from "../words/time.ts";
import { timeStyle } from "./settings.ts";

interface Series {
  readonly label: string;
  readonly tone: Tone | "accent";
  /** null: not known then; the line has a gap. */
  readonly values: readonly (number | null)[];
  readonly filled?: boolean;
}

interface Props {
  /** What it shows, in a sentence with its figures, for who does not see it. */
  readonly summary: string;
  /** Of every value, ascending. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  /** How a value is said: "250 ms". */
  readonly format?: (value: number) => string;
  /** Lines to stay under. */
  readonly bars?: readonly { readonly at: number; readonly label: string }[];
  /** Starts, reloads, pauses. */
  readonly marks?: readonly { readonly at: string; readonly what: string }[];
}

const height = 148;

/** Lines over time, drawn as SVG. As high before there is anything to draw as after. */
export function Chart(props: Props) {
  const { times, series, summary, format = String, bars = [], marks = [] } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [at, setAt] = useState<number | undefined>(undefined);
  const zone: Zone = timeStyle.value === "utc" ? "utc" : "local";
  const moments = times.map((time) => Date.parse(time));
  const highest = Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)), 0);
  const plot: Plot = {
    ...{ width, height, from: moments[0] ?? 0, to: moments.at(-1) ?? 1 },
    top: niceTop(Math.max(highest, ...bars.map(({ at: bar }) => bar))),
  };
  const point = (event: PointerEvent) => {
    const share = (event.offsetX - edges.left) / (width - edges.left - edges.right);
    setAt(Math.min(times.length - 1, Math.max(0, Math.round(share * (times.length - 1)))));
  };
  return (
    <figure class="chart">
      <figcaption class="legend">
        {series.map(({ label, tone, values }) => (
          <span key={label} class={`tone-${tone}`}>
            <span>
              {label} <b>{said(at === undefined ? lastOf(values) : values[at], format)}</b>
            </span>
          </span>
        ))}
        <span class="chart-at">{at !== undefined && times[at] && minuteTime(times[at], zone)}</span>
      </figcaption>
      <div
        ref={box}
        class="chart-box"
        onPointerMove={point}
        onPointerLeave={() => setAt(undefined)}
      >
        <svg width={width} height={height} role="img" aria-label={summary}>
          <Axes plot={plot} zone={zone} format={format} />
          {series.toReversed().map(({ label, tone, values, filled }) => (
            <g key={label} class={`tone-${tone}`}>
              {filled && <path class="chart-area" d={areaOf(plot, moments, values)} />}
              <path class="chart-line" d={lineOf(plot, moments, values)} />
            </g>
          ))}
          {bars.map((bar) => (
            <Bar key={bar.label} plot={plot} {...bar} />
          ))}
          {marks.map(({ at: when, what }) => (
            <line
              key={`${when} ${what}`}
              class="chart-mark"
              {...upright(xOf(plot, Date.parse(when)))}
            >
              <title>{`${what}, ${fullTime(when, zone)}`}</title>
            </line>
          ))}
          {at !== undefined && (
            <line class="chart-cursor" {...upright(xOf(plot, moments[at] ?? 0))} />
          )}
        </svg>
      </div>
    </figure>
  );
}

function Axes({
  plot,
  zone,
  format,
}: {
  readonly plot: Plot;
  readonly zone: Zone;
  readonly format: (value: number) => string;
}) {
  const offset = zone === "utc" ? 0 : -new Date(plot.to).getTimezoneOffset() * 60_000;
  return (
    <g class="chart-axes">
      {[0, plot.top / 2, plot.top].map((value) => (
        <g key={value}>
          <line x1={edges.left} x2={plot.width} y1={yOf(plot, value)} y2={yOf(plot, value)} />
          <text x={edges.left - 8} y={yOf(plot, value) + 4} text-anchor="end">
            {format(value)}
          </text>
        </g>
      ))}
      {timeTicks(plot, offset).map((at) => (
        <text key={at} {...tickPlace(plot, at)} y={plot.height - 4}>
          {tickTime(at, plot.to - plot.from, zone)}
        </text>
      ))}
    </g>
  );
}

/** In the middle below its moment, but within the chart. */
function tickPlace(plot: Plot, at: number) {
  const x = xOf(plot, at);
  return x > plot.width - 18
    ? ({ x: plot.width, "text-anchor": "end" } as const)
    : ({ x, "text-anchor": "middle" } as const);
}

function Bar({
  plot,
  at,
  label,
}: {
  readonly plot: Plot;
  readonly at: number;
  readonly label: string;
}) {
  const y = yOf(plot, at);
  // At the upper edge there is no room above the line.
  const beside = y < edges.top + 14 ? y + 14 : y - 4;
  return (
    <g class="chart-bar">
      <line x1={edges.left} x2={plot.width} y1={y} y2={y} />
      <text x={plot.width - edges.right} y={beside} text-anchor="end">
        {label}
      </text>
    </g>
  );
}

const upright = (x: number) => ({ x1: x, x2: x, y1: edges.top, y2: height - edges.bottom });

/** The newest that is known. */
function lastOf(values: Series["values"]): number | null | undefined {
  return values.findLast((value) => value !== null);
}

function said(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? "–" : format(value);
}

/** Of the box, now and whenever it changes. */
function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(560);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return;
    const measure = () => setWidth(Math.max(200, current.clientWidth));
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(current);
    return () => resized.disconnect();
  }, [box]);
  return width;
}
