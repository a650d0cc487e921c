import { type Answer, api } from "../../api/client.ts";
import { serverNow } from "../../api/clock.ts";
import { useResource } from "../../api/resource.ts";
import { Chart } from "../../ui/chart.tsx";
import { Stale } from "../../ui/states.tsx";
import { count } from "../../words/number.ts";

const hour = 3_600_000;
const minute = 60_000;
/** Over which the rate is told. */
const lately = 5;

/** How fast it takes what it gets. */
export function Figures({ name }: { readonly name: string }) {
  const { data, problem, reload } = useResource(
    `series ${name}`,
    (signal) => {
      const from = new Date(serverNow() - 3 * hour).toISOString();
      return api.get("/api/series", { query: { from, step: "minute" }, signal });
    },
    { everyMs: 30_000 },
  );
  if (problem && data === undefined) return <Stale problem={problem} retry={reload} />;
  const figures = figuresOf(data, name);
  const rate = figures.taken.slice(-lately).reduce((sum, each) => sum + each, 0) / lately;
  return (
    <section aria-busy={data === undefined}>
      <h3>The last three hours</h3>
      <p class="muted">{rateInWords(rate)}</p>
      <Chart
        summary={`${name} took ${count(figures.taken.reduce((sum, each) => sum + each, 0))} deliveries in three hours.`}
        times={figures.times}
        series={[
          { label: "Taken, a minute", tone: "accent", values: figures.taken, filled: true },
          { label: "Refused or out", tone: "bad", values: figures.failed },
        ]}
        format={(value) => count(Math.round(value))}
      />
    </section>
  );
}

function rateInWords(rate: number): string {
  const a =
    rate === 0 ? "nothing" : `${rate < 1 ? "less than one" : count(Math.round(rate))} a minute`;
  return `It took ${a} in the last five minutes.`;
}

/** Every minute, also those in which there was nothing. */
function figuresOf(series: Answer<"GET", "/api/series"> | undefined, name: string) {
  const points = series?.destinations.find(({ destination }) => destination === name)?.points ?? [];
  const at = new Map(points.map((point) => [Date.parse(point.at), point]));
  const starts: number[] = [];
  const [from, to] = [Date.parse(series?.from ?? ""), Date.parse(series?.to ?? "")];
  for (let start = from; start < to; start += minute) starts.push(start);
  const failed = ({ outage = 0, refused = 0, config = 0 }: Readonly<Record<string, number>>) =>
    outage + refused + config;
  return {
    times: starts.map((start) => new Date(start).toISOString()),
    taken: starts.map((start) => at.get(start)?.taken ?? 0),
    failed: starts.map((start) => failed(at.get(start)?.byVerdict ?? {})),
  };
}
