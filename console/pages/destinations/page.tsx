import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import type { Page } from "../../app/page.ts";
import { hrefOf, route } from "../../app/route.ts";
import { CopyAs } from "../../ui/copy.tsx";
import { useSorted } from "../../ui/hand.ts";
import { List, rowsInHand } from "../../ui/list.tsx";
import { Split } from "../../ui/split.tsx";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import { Words } from "../../ui/words.tsx";
import { count } from "../../words/number.ts";
import { DestinationDetail } from "./detail.tsx";
import "./destinations.css";
import { type Destination, DestinationRow } from "./row.tsx";

export const destinationsPage: Page = {
  name: "destinations",
  title: "Destinations",
  icon: "destinations",
  key: "t",
  Page: Destinations,
};

const everyMs = 5_000;
const worst = ["out", "unheld", "paused", "delivering", "removed"] as const;

const worstFirst = (a: Destination, b: Destination) =>
  worst.indexOf(a.state) - worst.indexOf(b.state) || a.name.localeCompare(b.name);

function Destinations() {
  const { data, problem, reload } = useResource(
    "destinations",
    (signal) => api.get("/api/destinations", { signal }),
    { everyMs },
  );
  const { id } = route.value;
  const open = data?.items.find(({ name }) => name === id);
  return (
    <Split
      head={
        <div class="page-head">
          <h1>Destinations</h1>
          <div class="actions">
            <CopyAs path="/api/destinations" cli="waypost destinations" />
          </div>
        </div>
      }
      list={
        data === undefined ? (
          <Absent problem={problem} retry={reload} rows={4} />
        ) : (
          <>
            {problem && <Stale problem={problem} retry={reload} />}
            <All items={data.items} />
            <DeadMessages />
          </>
        )
      }
      detail={
        id && data && <DestinationDetail key={id} name={id} destination={open} reload={reload} />
      }
    />
  );
}

function All({ items }: { readonly items: readonly Destination[] }) {
  const sorted = useSorted(items, worstFirst, () => rowsInHand() !== undefined);
  if (items.length === 0) {
    return (
      <Empty icon="destinations" title="There are no destinations yet">
        <p>
          Everything is kept in the log. <code>waypost add hubspot</code> sets a CRM up step by
          step; <code>waypost init</code> writes a <code>waypost.yaml</code> to begin with.
        </p>
      </Empty>
    );
  }
  return (
    <List
      class="destinations"
      label="Destinations"
      head={["Destination", "State", "#Waiting", "#Oldest", "#Gave up", "#Last taken"]}
      items={sorted}
      idOf={({ name }) => name}
      hrefOf={({ name }) => hrefOf(name)}
      row={(destination) => <DestinationRow destination={destination} />}
      selected={route.value.id}
    />
  );
}

/** What somebody else published, and is no event: of no delivery, so it stands by itself. */
function DeadMessages() {
  const { data } = useResource("dead letters", (signal) =>
    api.get("/api/dead-letters", { signal }),
  );
  const messages = data?.items.filter(({ of }) => of === "messages") ?? [];
  if (messages.length === 0) return null;
  return (
    <section class="dead-messages">
      <h3>Messages that are no events</h3>
      <ul class="places">
        {messages.map(({ name, count: number, words, remedy }) => (
          <li key={name}>
            <span>
              <span class="id">{name}</span> <span class="tone-bad">{count(number)}</span>
            </span>
            <span class="said muted">
              <Words text={`${words} ${remedy}`} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
