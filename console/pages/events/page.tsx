import { signal } from "@preact/signals";
import { api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { useRevealed } from "../../api/revealed.ts";
import type { Page } from "../../app/page.ts";
import { hrefOf, route } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { ChoiceChips, FilterChip } from "../../ui/chips.tsx";
import { CopyAs } from "../../ui/copy.tsx";
import { useKeys } from "../../ui/keys.ts";
import { List, rowsInHand } from "../../ui/list.tsx";
import { Pill } from "../../ui/pill.tsx";
import { narrow } from "../../ui/settings.ts";
import { Since } from "../../ui/since.tsx";
import { Split } from "../../ui/split.tsx";
import { Absent, Empty, NoneFits, Stale } from "../../ui/states.tsx";
import { openTab } from "../../ui/tabs.tsx";
import { quoted } from "../../words/shell.ts";
import { detailTabs, EventDetail } from "./detail.tsx";
import { asked, cliOf, filterWords, followed, kinds, type Query, queryOfRoute } from "./filters.ts";
import { type Live, useLive } from "./live.ts";
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

const isHeld = () => paused.value || rowsInHand() !== undefined;

function Events() {
  const { id } = route.value;
  const query = queryOfRoute();
  const live = useLive(followed(query), isHeld);
  return (
    <Split
      head={<Head query={query} connected={live.connected} />}
      list={<EventList query={query} live={live} />}
      detail={id && <EventDetail key={id} id={id} />}
      wide={openTab(detailTabs) === "raw"}
    />
  );
}

interface HeadProps {
  readonly query: Query;
  readonly connected: boolean;
}

function Head({ query, connected }: HeadProps) {
  const toggle = () => {
    paused.value = !paused.value;
  };
  useKeys({ p: toggle });
  const follows = followed(query) !== undefined;
  return (
    <>
      <div class="page-head">
        <h1>Events</h1>
        {follows && <Tail connected={connected} />}
        <div class="actions">
          {!narrow.value && <Since />}
          {follows && (
            <Button kind="plain" icon={paused.value ? "play" : "pause"} onClick={toggle}>
              {paused.value ? "Resume" : "Pause"}
            </Button>
          )}
          <CopyAs path="/api/events" query={asked(query)} cli={cliOf(query, quoted)} />
        </div>
      </div>
      <div class="chips scroll">
        <ChoiceChips label="Kind" name="type" choices={kinds} />
        {narrow.value && <Since />}
        {Object.entries(filterWords).map(([name, words]) => (
          <FilterChip key={name} name={name} words={words} />
        ))}
      </div>
    </>
  );
}

function Tail({ connected }: { readonly connected: boolean }) {
  if (paused.value) return <Pill tone="quiet">paused</Pill>;
  return connected ? <Pill tone="live">live</Pill> : <Pill tone="wait">reconnecting</Pill>;
}

interface ListProps {
  readonly query: Query;
  readonly live: Live;
}

function EventList({ query, live }: ListProps) {
  const { items, ...pages } = usePages(JSON.stringify(query), (cursor, signal) =>
    api.get("/api/events", { query: { ...asked(query), cursor }, signal }),
  );
  const known = new Set(items?.map(({ id }) => id));
  const isNew = ({ id }: { readonly id: string }) => !known.has(id);
  const all = useRevealed([...live.shown.filter(isNew), ...(items ?? [])]);
  const { problem, reload } = pages;
  if (items === undefined) {
    return <Absent problem={problem} retry={reload} rows={14} />;
  }
  const fresh = live.waiting.filter(isNew).length;
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      {all.length + fresh === 0 ? (
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
          pages={{ ...pages, fresh, showFresh: live.showWaiting }}
        />
      )}
    </>
  );
}

function Nothing({ query }: { readonly query: Query }) {
  if (Object.keys(query).length > 0) {
    return <NoneFits what="event" />;
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
