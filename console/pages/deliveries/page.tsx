import { api, type Delivery } from "../../api/client.ts";
import { type Pages, usePages } from "../../api/pages.ts";
import { may } from "../../api/viewer.ts";
import type { Page } from "../../app/page.ts";
import { href, hrefOf, param, route } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { ChoiceChips, FilterChip } from "../../ui/chips.tsx";
import { CopyAs } from "../../ui/copy.tsx";
import { useKeys } from "../../ui/keys.ts";
import { List, rowsInHand } from "../../ui/list.tsx";
import { narrow } from "../../ui/settings.ts";
import { Since } from "../../ui/since.tsx";
import { Split } from "../../ui/split.tsx";
import { Absent, Empty, NoneFits, Stale } from "../../ui/states.tsx";
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
  if (param("show") !== "replays") return <All id={id} />;
  return (
    <Split
      head={<ReplaysHead />}
      list={<ReplayList />}
      detail={id && <ReplayDetail key={id} id={id} />}
    />
  );
}

function All({ id }: { readonly id: string | undefined }) {
  const query = queryOfRoute();
  const found = usePages(
    JSON.stringify(query),
    (cursor, signal) => api.get("/api/deliveries", { query: { ...asked(query), cursor }, signal }),
    { everyMs, inHand: rowsInHand },
  );
  return (
    <>
      <Split
        head={<Head query={query} any={(found.items ?? []).length > 0} />}
        list={<DeliveryList query={query} found={found} />}
        detail={id && <DeliveryDetail key={id} id={id} />}
      />
      <SendAgain />
    </>
  );
}

function ReplaysHead() {
  return (
    <div class="page-head">
      <h1>Sent again</h1>
      <div class="actions">
        <a class="button plain" href={href("deliveries")}>
          All deliveries
        </a>
        <CopyAs path="/api/replays" cli="waypost replay list" />
      </div>
    </div>
  );
}

function Head({ query, any }: { readonly query: Query; readonly any: boolean }) {
  const replayable = canReplay(query) && may("operate");
  useKeys(replayable && any ? { r: () => openSendAgain(query) } : {});
  return (
    <>
      <div class="page-head">
        <h1>Deliveries</h1>
        <div class="actions">
          {!narrow.value && <Since />}
          {replayable && (
            <Button icon="retry" disabled={!any} onClick={() => openSendAgain(query)}>
              Send all again
            </Button>
          )}
          {!narrow.value && <SentAgain class="button plain" />}
          <CopyAs path="/api/deliveries" query={asked(query)} cli={cliOf(query, quoted)} />
        </div>
      </div>
      <div class="chips scroll">
        <ChoiceChips label="State" name="state" choices={states} />
        {narrow.value && <Since />}
        {Object.entries(filterWords).map(([name, words]) => (
          <FilterChip key={name} name={name} words={words} />
        ))}
        {narrow.value && <SentAgain class="chip" />}
      </div>
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

interface ListProps {
  readonly query: Query;
  readonly found: Pages<Delivery>;
}

function DeliveryList({ query, found }: ListProps) {
  const { items, problem, reload } = found;
  if (items === undefined) return <Absent problem={problem} retry={reload} rows={14} />;
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
          pages={found}
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
  const { state = "", ...filters } = query;
  const well = state === "gave-up" || state === "waiting";
  if (!well && Object.keys(filters).length > 0) return <NoneFits what="delivery" />;
  const title = nothing[state] ?? "There are no deliveries yet";
  return (
    <Empty icon="deliveries" title={title}>
      {well ? (
        <p>That is how it should be.</p>
      ) : (
        <p>
          One is made for each event that a route sends to a destination. <code>waypost add</code>{" "}
          sets up a destination; <code>npm run demo</code> shows all of it with stand-ins.
        </p>
      )}
      {Object.keys(query).length > 0 && (
        <a class="button" href="#/deliveries">
          Show all deliveries
        </a>
      )}
    </Empty>
  );
}
