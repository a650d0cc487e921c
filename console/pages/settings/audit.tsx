import { type Answer, api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { param } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { FilterChip } from "../../ui/chips.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Empty, Failed, LoadingRows, Stale } from "../../ui/states.tsx";
import { TableBox } from "../../ui/table-box.tsx";
import { Time } from "../../ui/time.tsx";
import type { Tone } from "../../words/delivery.ts";
import { capital } from "../../words/event.ts";
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
  if (items === undefined)
    return problem ? <Failed problem={problem} retry={reload} /> : <LoadingRows rows={10} />;
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
        <Table entries={items} />
      )}
      {more && (
        <Button onClick={more} disabled={loading}>
          {loading ? "Loading" : "Show more"}
        </Button>
      )}
    </section>
  );
}

function Table({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <TableBox label="Audit">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Of</th>
            <th scope="col" class="number">
              How many
            </th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Row({ entry }: { readonly entry: Entry }) {
  const { at, who, session, action, count: number, result, reason } = entry;
  const [word, tone] = results[result];
  return (
    <tr>
      <td>
        <Time at={at} exact />
      </td>
      <td>
        {who} {session && <span class="muted">console</span>}
      </td>
      <td>
        {inWords(action)}
        {reason && <span class="said muted"> “{reason}”</span>}
      </td>
      <td class="said muted">{filterInWords(entry)}</td>
      <td class="number">{number === undefined ? "" : count(number)}</td>
      <td>
        <Pill tone={tone}>{word}</Pill>
      </td>
    </tr>
  );
}

/** "retryDelivery" as "Retry delivery". */
function inWords(action: string): string {
  return capital(action.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

function filterInWords({ filter = {} }: Entry): string {
  return Object.entries<unknown>(filter)
    .map(([name, value]) => (value === true ? name : `${name} ${value}`))
    .join(", ");
}
