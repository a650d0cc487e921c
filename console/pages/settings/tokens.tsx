import { useState } from "preact/hooks";
import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";
import { NewToken } from "./new-token.tsx";

type Token = Answer<"GET", "/api/tokens">["items"][number];

/** Who may do what. */
export function Tokens() {
  const [making, setMaking] = useState(false);
  const { data, problem, reload } = useResource("tokens", (signal) =>
    api.get("/api/tokens", { signal }),
  );
  const close = () => {
    setMaking(false);
    reload();
  };
  if (data === undefined) return <Absent problem={problem} retry={reload} rows={4} />;
  return (
    <section>
      {problem && <Stale problem={problem} retry={reload} />}
      <div class="section-head">
        <p class="muted">
          A token for each person and service, with what it needs and no more. Its secret is shown
          once.
        </p>
        <Button kind="primary" onClick={() => setMaking(true)}>
          New token
        </Button>
      </div>
      {data.items.length === 0 ? (
        <Empty icon="person" title="No token has a name yet">
          <p>
            Those of <code>OPS_TOKENS</code> may everything, and the audit cannot tell who used
            them.
          </p>
        </Empty>
      ) : (
        <All tokens={data.items} reload={reload} />
      )}
      {making && <NewToken onClose={close} />}
    </section>
  );
}

interface AllProps {
  readonly tokens: readonly Token[];
  readonly reload: () => void;
}

function All({ tokens, reload }: AllProps) {
  return (
    <Table label="Tokens" columns={["Name", "May", "Numbers", "#Last used", "#Expires", "-Acts"]}>
      {tokens.map((token) => (
        <Row key={token.name} token={token} reload={reload} />
      ))}
    </Table>
  );
}

function Row({ token, reload }: { readonly token: Token; readonly reload: () => void }) {
  const { name, scopes, accounts, lastUsedAt, expiresAt } = token;
  return (
    <tr>
      <td>{name}</td>
      <td>{scopes.join(", ")}</td>
      <td>{accounts?.join(", ") ?? "all"}</td>
      <td class="number">{lastUsedAt ? <Time at={lastUsedAt} /> : "never"}</td>
      <td class="number">{expiresAt ? <Time at={expiresAt} /> : "never"}</td>
      <td class="number">
        <Button kind="plain" onClick={() => void revoke(name, reload)}>
          Revoke
        </Button>
      </td>
    </tr>
  );
}

async function revoke(name: string, done: () => void): Promise<void> {
  const sure = await confirm({
    title: `Revoke ${name}`,
    body: "Whoever uses it is out within seconds. This cannot be undone; a new token can be made.",
    act: "Revoke",
    danger: true,
  });
  if (sure === undefined) return;
  await api
    .delete("/api/tokens/{name}", { path: { name } })
    .then(() => toast(`Revoked ${name}`))
    .catch(toastProblem);
  done();
}
