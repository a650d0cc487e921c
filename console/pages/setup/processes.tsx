import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { Absent } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

const columns = ["Role", "Host", "Version", "waypost.yaml", "#Started", "#Seen"];

/** What runs, and whether all of it runs by the same waypost.yaml. */
export function Processes() {
  const { data, problem, reload } = useResource(
    "processes",
    (signal) => api.get("/api/processes", { signal }),
    { everyMs: 15_000 },
  );
  if (data === undefined) return <Absent problem={problem} retry={reload} rows={2} />;
  const hashes = new Set(data.items.map(({ configHash }) => configHash));
  return (
    <section>
      <h2>Processes</h2>
      {hashes.size > 1 && (
        <p class="tone-wait">
          They do not all run by the same waypost.yaml: <code>waypost reload</code> on each of them.
        </p>
      )}
      <Table label="Processes" columns={columns}>
        {data.items.map(({ id, role, host, pid, version, configHash, startedAt, seenAt }) => (
          <tr key={id}>
            <td>{role}</td>
            <td>
              {host} <span class="muted">{pid}</span>
            </td>
            <td>{version}</td>
            <td class="id">{configHash.slice(0, 8)}</td>
            <td class="number">
              <Time at={startedAt} />
            </td>
            <td class="number">
              <Time at={seenAt} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
