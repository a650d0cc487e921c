import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import type { Page } from "../../app/page.ts";
import { Failed, LoadingRows, Stale } from "../../ui/states.tsx";
import { Problems } from "./problems.tsx";

export const overviewPage: Page = {
  name: "overview",
  title: "Overview",
  icon: "overview",
  key: "o",
  Page: Overview,
};

function Overview() {
  const { data, problem, reload } = useResource(
    "status",
    (signal) => api.get("/api/status", { signal }),
    {
      everyMs: 10_000,
    },
  );
  if (data === undefined)
    return problem ? <Failed problem={problem} retry={reload} /> : <LoadingRows />;
  return (
    <div class="page">
      <div class="page-head">
        <h1>Overview</h1>
      </div>
      {problem && <Stale problem={problem} retry={reload} />}
      <Problems problems={data.problems} />
    </div>
  );
}
