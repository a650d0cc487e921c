import type { Answer } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { askStatus } from "../../api/status.ts";
import type { Page } from "../../app/page.ts";
import { href } from "../../app/route.ts";
import { useStill } from "../../ui/hand.ts";
import { Pill } from "../../ui/pill.tsx";
import { Absent, Stale } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { counted } from "../../words/number.ts";
import { Destinations } from "./destinations.tsx";
import { Problems } from "./problems.tsx";
import { Traffic, useTraffic } from "./traffic.tsx";
import "./overview.css";

export const overviewPage: Page = {
  name: "overview",
  title: "Overview",
  icon: "overview",
  key: "o",
  Page: Overview,
};

function Overview() {
  const { data, problem, reload } = useResource("status", askStatus, { everyMs: 10_000 });
  const traffic = useTraffic();
  useStill(".page > section, .problems > li");
  return (
    <div class="page">
      <div class="page-head">
        <h1>Overview</h1>
        {data && <State status={data} />}
      </div>
      {data === undefined && <Absent problem={problem} retry={reload} rows={12} />}
      {data && problem && <Stale problem={problem} retry={reload} />}
      {data && data.problems.length > 0 && <Problems status={data} reload={reload} />}
      {data?.store.stats?.events === 0 && <Beginning />}
      {data && <Destinations destinations={data.destinations} />}
      {data && <Traffic of={traffic} lastEventAt={data.store.stats?.lastEventAt ?? {}} />}
    </div>
  );
}

/** Of a Waypost that nobody has written to. */
function Beginning() {
  return (
    <div class="notice">
      <span>
        Nothing has come in yet. Send yourself a WhatsApp message, or run{" "}
        <code>npx waypost simulate</code>: it appears here by itself.
      </span>
      <a class="button" href={href("setup")}>
        Send a test message
      </a>
    </div>
  );
}

type Status = Answer<"GET", "/api/status">;

function State({ status: { problems, startedAt } }: { readonly status: Status }) {
  const errors = problems.filter(({ level }) => level === "error").length;
  const words = problems.length === 0 ? "All is well" : counted(problems.length, "problem");
  return (
    <>
      <Pill tone={errors > 0 ? "bad" : problems.length > 0 ? "wait" : "good"}>{words}</Pill>
      <span class="actions muted">
        <span>
          Runs since <Time at={startedAt} exact />
        </span>
      </span>
    </>
  );
}
