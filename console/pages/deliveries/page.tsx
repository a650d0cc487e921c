import { api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { may } from "../../api/viewer.ts";
import type { Page } from "../../app/page.ts";
import { href, hrefOf, param, route } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { ChoiceChips, FilterChip } from "../../ui/chips.tsx";
import { CopyAs } from "../../ui/copy.tsx";
import { useKeys } from "../../ui/keys.ts";
import { List } from "../../ui/list.tsx";
import { narrow } from "../../ui/settings.ts";
import { Since } from "../../ui/since.tsx";
import { Split } from "../../ui/split.tsx";
import { Empty, Failed, LoadingRows, Stale } from "../../ui/states.tsx";
import { quoted } from "../../words/shell.ts";
import "./deliveries.css";
import { DeliveryDetail } from "./detail.tsx";
import {
  asked,
  canReplay,
  cliOf,
  filterWords,
  type Query,
  queryOfRoute,
  states,
} from "./filters.ts";
import { ReplayDetail, ReplayList } from "./replays.tsx";
import { DeliveryRow } from "./row.tsx";
import { openSendAgain, SendAgain } from "./send-again.tsx";

export const deliveriesPage: Page = {
  name: "deliveries",
  title: "Deliveries",
  icon: "deliveries",
  key: "d",
  Page: Deliveries,
};

const everyMs = 10_000;

/** What is shown: deliveries, or what was sent again as a whole. */
function Deliveries() {
  const { id } = route.value;
  const query = queryOfRoute();
  const replays = param("show") === "replays";
  return (
    <>
      <Split
        head={<Head query={query} replays={replays} />}
        list={replays ? <ReplayList /> : <DeliveryList query={query} />}
        detail={
          id && (replays ? <ReplayDetail key={id} id={id} /> : <DeliveryDetail key={id} id={id} />)
        }
      />
      <SendAgain />
    </>
  );
}

function Head({ query, replays }: { readonly query: Query; readonly replays: boolean }) {
  const replayable = !replays && canReplay(query) && may("operate");
  useKeys(replayable ? { r: () => openSendAgain(query) } : {});
  return (
    <>
      <div class="page-head">
        <h1>{replays ? "Sent again" : "Deliveries"}</h1>
        <div class="actions">
          {!narrow.value && !replays && <Since />}
          {replayable && (
            <Button icon="retry" onClick={() => openSendAgain(query)}>
              Send all again
            </Button>
          )}
          {replays && (
            <a class="button plain" href={href("deliveries")}>
              All deliveries
            </a>
          )}
          {!replays && !narrow.value && <SentAgain class="button plain" />}
          {replays ? (
            <CopyAs path="/api/replays" cli="waypost replay list" />
          ) : (
            <CopyAs path="/api/deliveries" query={asked(query)} cli={cliOf(query, quoted)} />
          )}
        </div>
      </div>
      {!replays && (
        <div class="chips scroll">
          <ChoiceChips label="State" name="state" choices={states} />
          {narrow.value && <Since />}
          {Object.entries(filterWords).map(([name, words]) => (
            <FilterChip key={name} name={name} words={words} />
          ))}
          {narrow.value && <SentAgain class="chip" />}
        </div>
      )}
    </>
  );
}

/** What was sent again as a whole. */
function SentAgain({ class: looks }: { readonly class: string }) {
  return (
    <a class={looks} href={href("deliveries", undefined, { show: "replays" })}>
      Sent again
    </a>
  );
}

function DeliveryList({ query }: { readonly query: Query }) {
  const { items, problem, loading, more, reload } = usePages(
    JSON.stringify(query),
    (cursor, signal) => api.get("/api/deliveries", { query: { ...asked(query), cursor }, signal }),
    { everyMs },
  );
  if (items === undefined)
    return problem ? <Failed problem={problem} retry={reload} /> : <LoadingRows rows={14} />;
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      {items.length === 0 ? (
        <Nothing query={query} />
      ) : (
        <List
          class="deliveries"
          label="Deliveries"
          head={["State", "To", "What", "Why", "#Since"]}
          items={items}
          idOf={({ id }) => id}
          hrefOf={({ id }) => hrefOf(id)}
          row={(delivery) => <DeliveryRow delivery={delivery} />}
          selected={route.value.id}
          more={more}
          loading={loading}
        />
      )}
    </>
  );
}

const nothing: Readonly<Record<string, string>> = {
  waiting: "Nothing waits",
  "gave-up": "Nothing gave up",
  scheduled: "Nothing is scheduled",
  "not-wanted": "Nothing was kept back",
  taken: "Nothing was taken yet",
};

function Nothing({ query }: { readonly query: Query }) {
  const title = nothing[query.state ?? ""] ?? "There are no deliveries yet";
  return (
    <Empty icon="deliveries" title={title}>
      {query.state === "gave-up" || query.state === "waiting" ? (
        <p>That is how it should be.</p>
      ) : (
        <p>A delivery is made for each event that a route sends to a destination.</p>
      )}
      {Object.keys(query).length > 0 && (
        <a class="button" href="#/deliveries">
          Show all deliveries
        </a>
      )}
    </Empty>
  );
}
