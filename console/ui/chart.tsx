import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Tone } from "../words/delivery.ts";
import { fullTime } from "../words/time.ts";
import { theme, timeStyle } from "./settings.ts";

export interface Series {
  readonly label: string;
  readonly tone: Tone | "accent";
  /** null: not known then; the line has a gap. */
  readonly values: readonly (number | null)[];
  readonly filled?: boolean;
}

interface Props {
  /** What it shows, in a sentence with its figures, for who does not see it. */
  readonly summary: string;
  readonly times: readonly string[];
  readonly series: readonly Series[];
  /** How a value is said: "250 ms". */
  readonly format?: (value: number) => string;
  /** A line to stay under, with its name. */
  readonly bar?: { readonly at: number; readonly label: string };
  /** Starts, reloads, pauses. */
  readonly marks?: readonly { readonly at: string; readonly what: string }[];
}

/** Lines over time. As high before it is drawn as after. */
export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { times, series, summary } = props;
  const look = `${theme.value} ${timeStyle.value}`;
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const plot = draw(current, props);
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: current.clientWidth, height: current.clientHeight }),
    );
    resized.observe(current);
    return () => {
      resized.disconnect();
      plot.destroy();
      current.replaceChildren();
    };
  }, [look, JSON.stringify([times, series])]);
  return (
    <figure class="chart-figure">
      <div ref={box} class="chart" role="img" aria-label={summary} />
      <figcaption class="legend">
        {series.map(({ label, tone }) => (
          <span key={label} class={`tone-${tone}`}>
            {label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function draw(box: HTMLElement, { times, series, format = String, bar, marks = [] }: Props): uPlot {
  const colour = (name: string) => resolved(box, name);
  const axis = {
    stroke: colour("tone-quiet"),
    font: `11px ${getComputedStyle(box).fontFamily}`,
    ticks: { show: false },
  };
  const grid = { stroke: colour("chart-grid"), width: 1 };
  const top = Math.max(
    bar?.at ?? 0,
    ...series.flatMap(({ values }) => values.map((value) => value ?? 0)),
  );
  return new uPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      ...(timeStyle.value === "utc" && {
        tzDate: (at: number) => uPlot.tzDate(new Date(at * 1_000), "UTC"),
      }),
      scales: { y: { range: [0, top === 0 ? 1 : top * 1.12] } },
      axes: [
        { ...axis, grid: { show: false }, size: 26 },
        { ...axis, grid, size: 48, values: (_, ticks) => ticks.map(format) },
      ],
      series: [{}, ...series.map((each) => lineOf(each, colour(`tone-${each.tone}`)))],
      hooks: {
        draw: [(plot) => annotate(plot, { bar, marks, colour })],
        setCursor: [tooltip(box, series, format)],
      },
    },
    [
      times.map((at) => Date.parse(at) / 1_000),
      ...series.map(({ values }) => [...values]),
    ] as uPlot.AlignedData,
    box,
  );
}

function lineOf({ label, filled }: Series, stroke: string): uPlot.Series {
  const fill = filled ? { fill: `color-mix(in srgb, ${stroke} 14%, transparent)` } : {};
  return { label, stroke, width: 1.5, points: { show: false }, ...fill };
}

interface Notes {
  readonly bar: Props["bar"] | undefined;
  readonly marks: NonNullable<Props["marks"]>;
  readonly colour: (name: string) => string;
}

function annotate(plot: uPlot, { bar, marks, colour }: Notes): void {
  const { ctx, bbox } = plot;
  const line = (x: number, y: number, toX: number, toY: number, stroke: string) => {
    ctx.strokeStyle = stroke;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(toX, toY);
    ctx.stroke();
  };
  ctx.save();
  ctx.setLineDash([4, 4]);
  if (bar) {
    const y = plot.valToPos(bar.at, "y", true);
    line(bbox.left, y, bbox.left + bbox.width, y, colour("tone-wait"));
    ctx.fillStyle = colour("tone-wait");
    ctx.textAlign = "right";
    ctx.fillText(bar.label, bbox.left + bbox.width, y - 4);
  }
  for (const { at } of marks) {
    const x = plot.valToPos(Date.parse(at) / 1_000, "x", true);
    line(x, bbox.top, x, bbox.top + bbox.height, colour("tone-quiet"));
  }
  ctx.restore();
}

/** The values under the pointer. Its place is set once, so that it does not follow every move. */
function tooltip(box: HTMLElement, series: readonly Series[], format: (value: number) => string) {
  const tip = document.createElement("div");
  tip.className = "chart-tip";
  box.append(tip);
  return (plot: uPlot) => {
    const { idx, left = -1 } = plot.cursor;
    const at = typeof idx === "number" ? plot.data[0][idx] : undefined;
    tip.hidden = at === undefined || left < 0;
    if (at === undefined || typeof idx !== "number") return;
    const zone = timeStyle.value === "utc" ? "utc" : "local";
    const values = series.map(({ label, values: each }) => {
      const value = each[idx];
      return `${label} ${value === null || value === undefined ? "–" : format(value)}`;
    });
    tip.textContent = [
      fullTime(new Date(at * 1_000).toISOString(), zone).replace(/:\d\d\.\d+.*$/, ""),
      ...values,
    ].join("  ·  ");
    tip.classList.toggle("at-end", left < plot.width / 2);
  };
}

/** A colour as the theme has it now: a canvas does not know variables. */
function resolved(box: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.className = name;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
