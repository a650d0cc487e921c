import { api } from "../../api/client.ts";
import { serverNow } from "../../api/clock.ts";
import { useResource } from "../../api/resource.ts";
import { param } from "../../app/route.ts";
import { Chart } from "../../ui/chart.tsx";
import { ChoiceChips } from "../../ui/chips.tsx";
import { Failed, Stale } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { count } from "../../words/number.ts";
import { took } from "../../words/time.ts";
import { Accounts } from "./accounts.tsx";
import { type Figures, figuresOf, highest, type SeriesAnswer, total } from "./figures.ts";
import { OneSided } from "./one-sided.tsx";
import { Templates } from "./templates.tsx";

const hour = 3_600_000;
const ranges = {
  "": { title: "3 h", length: 3 * hour, step: "minute" },
  day: { title: "24 h", length: 24 * hour, step: "minute" },
  week: { title: "7 d", length: 7 * 24 * hour, step: "hour" },
  month: { title: "30 d", length: 30 * 24 * hour, step: "hour" },
} as const;
type Range = keyof typeof ranges;
const choices = Object.entries(ranges).map(([name, { title }]) => [name, title] as const);

/** The figures of the time that is chosen. */
export function useTraffic() {
  const chosen = param("range") ?? "";
  const { length, step } = ranges[chosen in ranges ? (chosen as Range) : ""];
  const series = useResource(
    `series ${chosen}`,
    (signal) => {
      const from = new Date(serverNow() - length).toISOString();
      return api.get("/api/series", { query: { from, step }, signal });
    },
    { everyMs: 30_000 },
  );
  return { ...series, step, days: Math.max(1, length / (24 * hour)) };
}

interface Props {
  readonly of: ReturnType<typeof useTraffic>;
  readonly lastEventAt: Readonly<Record<string, string>>;
}

/** What came in and how Meta was answered, over a time that is chosen. */
export function Traffic({ of: { data, problem, reload, step, days }, lastEventAt }: Props) {
  return (
    <>
      <section>
        <div class="page-head">
          <h2>Traffic</h2>
          <Counted series={data} />
          <div class="actions">
            <ChoiceChips label="How far back" name="range" choices={choices} />
          </div>
        </div>
        {data && problem && <Stale problem={problem} retry={reload} />}
        {data === undefined && problem ? (
          <Failed problem={problem} retry={reload} />
        ) : (
          <Charts series={data} step={step} />
        )}
      </section>
      {data && <OneSided series={data} />}
      {data && <Accounts series={data} lastEventAt={lastEventAt} />}
      {data && <Templates days={days} />}
    </>
  );
}

/** A minute is counted when it has been over for a minute. There while the series is loaded: nothing moves when it comes. */
function Counted({ series }: Pick<ChartsProps, "series">) {
  const { from = "", countedTo = "" } = series ?? {};
  return (
    <span class="muted" title="A minute is counted within two minutes of its end.">
      {countedTo > from ? (
        <>
          counted up to <Time at={countedTo} exact />
        </>
      ) : (
        "counted within two minutes"
      )}
    </span>
  );
}

interface ChartsProps {
  /** Absent while it is loaded: the charts are there, and empty. */
  readonly series: SeriesAnswer | undefined;
  readonly step: string;
}

const nothing: Figures = {
  ...{ times: [], inbound: [], statuses: [], unauthorized: [], p50: [], p99: [] },
};

function Charts({ series, step }: ChartsProps) {
  const figures = series === undefined ? nothing : figuresOf(series);
  const { times, inbound, statuses, unauthorized, p50, p99 } = figures;
  const marks = (series?.marks ?? []).map(({ at, what, of }) => ({ at, what: `${what} of ${of}` }));
  const all = (values: Figures["inbound"]) => total(values, (value) => value ?? 0);
  const slowest = highest(p99);
  return (
    <div class="charts" aria-busy={series === undefined}>
      <Chart
        summary={`${count(all(inbound))} messages came in, and ${count(all(statuses))} statuses, by ${step}.`}
        times={times}
        series={[
          { label: `Messages in, a ${step}`, tone: "accent", values: inbound, filled: true },
          { label: "Statuses", tone: "quiet", values: statuses },
        ]}
        format={count}
        marks={marks}
      />
      <Chart
        summary={`Meta was answered within ${slowest === null ? "no time that is known" : took(slowest)} at the 99th percentile at worst; it asks for 250 ms, and a second at most.`}
        times={times}
        series={[
          { label: "Answered within, p99", tone: "accent", values: p99 },
          { label: "p50", tone: "quiet", values: p50 },
        ]}
        format={took}
        bars={[
          { at: 250, label: "Meta’s bar, 250 ms" },
          ...((slowest ?? 0) > 500 ? [{ at: 1_000, label: "1 s" }] : []),
        ]}
        marks={marks}
      />
      {all(unauthorized) > 0 && (
        <Chart
          summary={`${count(all(unauthorized))} POSTs were answered 401.`}
          times={times}
          series={[{ label: "Answered 401", tone: "bad", values: unauthorized, filled: true }]}
          format={count}
        />
      )}
    </div>
  );
}
