import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import type { Page } from "../../app/page.ts";
import { hrefOf, route } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { ChoiceChips, FilterChip } from "../../ui/chips.tsx";
import { CopyAs, quoted } from "../../ui/copy.tsx";
import { List } from "../../ui/list.tsx";
import { Split } from "../../ui/split.tsx";
import { Empty, Failed, LoadingRows, Stale } from "../../ui/states.tsx";
import { openTab } from "../../ui/tabs.tsx";
import { count } from "../../words/number.ts";
import { detailTabs, EventDetail } from "./detail.tsx";
import { canFollow, cliOf, filterWords, kinds, type Query, queryOfRoute } from "./filters.ts";
import { useLive } from "./live.ts";
import "./events.css";
import { EventRow } from "./row.tsx";

export const eventsPage: Page = {
  name: "events",
  title: "Events",
  icon: "events",
  key: "e",
  Page: Events,
};

const paused = signal(false);

function Events() {
  const { id } = route.value;
  const query = queryOfRoute();
  return (
    <Split
      head={<Head query={query} />}
      list={<EventList query={query} />}
      detail={id && <EventDetail key={id} id={id} />}
      wide={openTab(detailTabs) === "raw"}
    />
  );
}

function Head({ query }: { readonly query: Query }) {
  return (
    <>
      <div class="page-head">
        <h1>Events</h1>
        <div class="actions">
          {canFollow(query) && (
            <Button
              kind="plain"
              icon={paused.value ? "play" : "pause"}
              onClick={() => {
                paused.value = !paused.value;
              }}
            >
              {paused.value ? "Resume" : "Pause"}
            </Button>
          )}
          <CopyAs path="/api/events" query={query} cli={cliOf(query, quoted)} />
        </div>
      </div>
      <div class="chips scroll">
        <ChoiceChips label="Kind" name="type" choices={kinds} />
        {Object.entries(filterWords).map(([name, words]) => (
          <FilterChip key={name} name={name} words={words} />
        ))}
      </div>
    </>
  );
}

function EventList({ query }: { readonly query: Query }) {
  const box = useRef<HTMLDivElement>(null);
  const { items, problem, loading, more, reload } = usePages(
    JSON.stringify(query),
    (cursor, abort) =>
      api.get("/api/events", {
        query: { ...query, cursor },
        signal: abort,
      }),
  );
  const isReading = () => paused.value || (box.current?.parentElement?.scrollTop ?? 0) > 40;
  const live = useLive(canFollow(query) ? query : undefined, isReading);
  if (items === undefined)
    return problem ? <Failed problem={problem} retry={reload} /> : <LoadingRows rows={14} />;
  const known = new Set(items.map(({ id }) => id));
  const all = [...live.shown.filter(({ id }) => !known.has(id)), ...items];
  const show = () => {
    live.showWaiting();
    box.current?.parentElement?.scrollTo(0, 0);
  };
  return (
    <div ref={box}>
      {problem && <Stale problem={problem} retry={reload} />}
      {live.waiting > 0 && (
        <button type="button" class="new-ones" onClick={show}>
          {count(live.waiting)} new
        </button>
      )}
      {all.length === 0 ? (
        <Nothing query={query} />
      ) : (
        <List
          class="events"
          label="Events"
          head={["Received", "Kind", "Who", "What"]}
          items={all}
          idOf={({ id }) => id}
          hrefOf={({ id }) => hrefOf(id)}
          row={(event) => <EventRow event={event} />}
          selected={route.value.id}
          more={more}
          loading={loading}
        />
      )}
    </div>
  );
}

function Nothing({ query }: { readonly query: Query }) {
  if (Object.keys(query).length > 0) {
    return (
      <Empty icon="filter" title="No event fits">
        <p>Take a filter away, or look further back.</p>
        <a class="button" href="#/events">
          Show all events
        </a>
      </Empty>
    );
  }
  return (
    <Empty icon="events" title="Nothing has come in yet">
      <p>
        Send yourself a WhatsApp message, or run <code>waypost simulate</code>. It appears here by
        itself.
      </p>
    </Empty>
  );
}
