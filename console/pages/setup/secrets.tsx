import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { Absent } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

/** When Meta last signed with each: an old one is taken out when it is not used any more. */
export function Secrets() {
  const { data, problem, reload } = useResource(
    "secrets",
    (signal) => api.get("/api/configuration", { signal }),
    { everyMs: 30_000 },
  );
  const several = (data?.secrets.length ?? 0) > 1;
  return (
    <section>
      <div>
        <h2>App secrets</h2>
        <p class="muted">
          {several
            ? "Take an old one out of WHATSAPP_APP_SECRET once Meta does not use it any more."
            : "To change it without a gap: put the new one beside it in WHATSAPP_APP_SECRET, with a comma, and take the old one out when it is not used any more."}
        </p>
      </div>
      {data === undefined && <Absent problem={problem} retry={reload} rows={1} />}
      {data && (
        <Table label="App secrets" columns={["Secret", "#Last used"]}>
          {data.secrets.map(({ name, lastUsedAt }) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="number muted">
                {lastUsedAt === undefined ? "never" : <Time at={lastUsedAt} />}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
