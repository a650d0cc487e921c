import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { Button } from "../../ui/button.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Absent } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Words } from "../../ui/words.tsx";

type State = Answer<"GET", "/api/connect">;

/** What Meta has: app, accounts, numbers, and where each sends. */
export function Connection() {
  const { data, problem, loading, reload } = useResource("connect", (signal) =>
    api.get("/api/connect", { signal, timeoutMs: 60_000 }),
  );
  return (
    <section>
      <div class="section-head">
        <div>
          <h2>Meta</h2>
          <p class="muted">
            {data ? (
              <>
                Asked <Time at={data.at} />
              </>
            ) : (
              "Asking Meta"
            )}
          </p>
        </div>
        <Button icon="retry" disabled={loading} onClick={reload}>
          Ask again
        </Button>
      </div>
      {data === undefined && <Absent problem={problem} retry={reload} rows={3} />}
      {data && <Problems problems={data.problems} />}
      {data && data.accounts.length > 0 && <Numbers accounts={data.accounts} />}
    </section>
  );
}

const tones = { error: "bad", warning: "wait", note: "quiet" } as const;

function Problems({ problems }: Pick<State, "problems">) {
  if (problems.length === 0) return <p>Everything that Meta must know, it knows.</p>;
  return (
    <ul class="findings">
      {problems.map(({ level, what, remedy, runbook }) => (
        <li key={what}>
          <Pill tone={tones[level]}>{level}</Pill>
          <span class="said">
            <Words text={what} />{" "}
            <span class="muted">
              <Words text={remedy} />
            </span>{" "}
            <a href={runbook.slice(1)} target="_blank" rel="noreferrer">
              Runbook
            </a>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Numbers({ accounts }: Pick<State, "accounts">) {
  return (
    <Table label="Numbers" columns={["Number", "Account", "Subscribed", "Sends to"]}>
      {accounts.flatMap(({ id, name, subscribed, numbers }) =>
        numbers.map((number) => (
          <tr key={number.id}>
            <td>{number.display ?? number.id}</td>
            <td>{name ?? id}</td>
            <td>
              <Pill tone={subscribed ? "good" : "bad"}>{subscribed ? "yes" : "no"}</Pill>
            </td>
            <td class="said">{number.callback ?? "nowhere"}</td>
          </tr>
        )),
      )}
    </Table>
  );
}
