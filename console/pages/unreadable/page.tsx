import { api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import type { Page } from "../../app/page.ts";
import { hrefOf, route } from "../../app/route.ts";
import { CopyAs } from "../../ui/copy.tsx";
import { List, rowsInHand } from "../../ui/list.tsx";
import { Split } from "../../ui/split.tsx";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { bytes } from "../../words/number.ts";
import { UnreadableDetail } from "./detail.tsx";
import "./unreadable.css";

export const unreadablePage: Page = {
  name: "unreadable",
  title: "Could not be read",
  icon: "unreadable",
  key: "u",
  Page: Unreadable,
};

const everyMs = 20_000;

function Unreadable() {
  const { id } = route.value;
  return (
    <Split
      head={
        <div class="page-head">
          <h1>Could not be read</h1>
          <div class="actions">
            <CopyAs path="/api/quarantine" cli="waypost quarantine" />
          </div>
        </div>
      }
      list={<UnreadableList />}
      detail={id && <UnreadableDetail key={id} id={id} />}
    />
  );
}

function UnreadableList() {
  const { items, ...pages } = usePages(
    "quarantine",
    (cursor, signal) => api.get("/api/quarantine", { query: { cursor }, signal }),
    { everyMs, inHand: rowsInHand },
  );
  const { problem, reload } = pages;
  if (items === undefined) return <Absent problem={problem} retry={reload} />;
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      {items.length === 0 ? (
        <Empty icon="unreadable" title="Everything could be read">
          <p>What Meta signs and Waypost does not understand is kept here, byte for byte.</p>
        </Empty>
      ) : (
        <List
          class="unreadables"
          label="What could not be read"
          head={["Received", "From", "Why", "#Size"]}
          items={items}
          idOf={({ id }) => id}
          hrefOf={({ id }) => hrefOf(id)}
          row={({ receivedAt, source, problems, bytes: size }) => (
            <>
              <span class="when muted">
                <Time at={receivedAt} />
              </span>
              <span class="from clip">{source ?? "Meta"}</span>
              <span class="why clip">{problems[0]?.reason ?? "no reason is known"}</span>
              <span class="size number muted">{bytes(size)}</span>
            </>
          )}
          selected={route.value.id}
          pages={pages}
        />
      )}
    </>
  );
}
