import { type Answer, api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { param } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { FilterChip } from "../../ui/chips.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Words } from "../../ui/words.tsx";
import { actionInWords } from "../../words/action.ts";
import type { Tone } from "../../words/delivery.ts";
import { count } from "../../words/number.ts";

type Entry = Answer<"GET", "/api/audit">["items"][number];

const results: Readonly<Record<Entry["result"], readonly [string, Tone]>> = {
  done: ["done", "good"],
  refused: ["refused", "wait"],
  failed: ["failed", "bad"],
  begun: ["begun", "quiet"],
  cut: ["broken off", "quiet"],
};

/** Who read what people wrote, and who did what. */
export function AuditTrail() {
  const [who, action] = [param("who"), param("action")];
  const query = { ...(who !== undefined && { who }), ...(action !== undefined && { action }) };
  const { items, problem, loading, more, reload } = usePages(
    JSON.stringify(query),
    (cursor, signal) => api.get("/api/audit", { query: { ...query, cursor }, signal }),
  );
  if (items === undefined) return <Absent problem={problem} retry={reload} rows={10} />;
  return (
    <section>
      {problem && <Stale problem={problem} retry={reload} />}
      <div class="chips">
        <FilterChip name="who" words="by" />
        <FilterChip name="action" words="what" />
      </div>
      {items.length === 0 ? (
        <Empty icon="eye" title="Nothing is on record yet">
          <p>Who reads contents or does something is kept here for 400 days, without any text.</p>
        </Empty>
      ) : (
        <Entries entries={items} />
      )}
      {more && (
        <Button onClick={more} disabled={loading}>
          {loading ? "Loading" : "Show more"}
        </Button>
      )}
    </section>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <Table label="Audit" columns={["When", "Who", "What", "Of", "#How many", "Result"]}>
      {entries.map((entry) => (
        <Row key={entry.id} entry={entry} />
      ))}
    </Table>
  );
}

function Row({ entry }: { readonly entry: Entry }) {
  const { at, who, session, action, count: number, result, reason } = entry;
  const [word, tone] = results[result];
  const of = filterInWords(entry);
  return (
    <tr>
      <td>
        <Time at={at} exact />
      </td>
      <td>
        {who} {session && <span class="muted">console</span>}
      </td>
      <td>
        {actionInWords(action)}
        {reason && <span class="said muted"> “{reason}”</span>}
      </td>
      <td class="said muted">{of && <Words text={of} />}</td>
      <td class="number">{number === undefined ? "" : count(number)}</td>
      <td>
        <Pill tone={tone}>{word}</Pill>
      </td>
    </tr>
  );
}

/** Of what was asked with, the audit keeps that it was. */
const unsaid: Readonly<Record<string, string>> = { q: "words that are not kept" };

function filterInWords({ filter = {} }: Entry): string {
  return Object.entries<unknown>(filter)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? (unsaid[name] ?? name) : `${name} ${value}`))
    .join(", ");
}
