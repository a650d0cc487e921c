import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { Absent, Stale } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { counted } from "../../words/number.ts";

type Running = Answer<"GET", "/api/configuration">;

/** What runs: the file, the environment, and how long what is kept. */
export function Configuration() {
  const { data, problem, reload } = useResource("configuration", (signal) =>
    api.get("/api/configuration", { signal }),
  );
  if (data === undefined) return <Absent problem={problem} retry={reload} rows={10} />;
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      <Retention retention={data.retention} />
      <File running={data} />
      <Environment settings={data.settings} />
    </>
  );
}

function Retention({ retention }: Pick<Running, "retention">) {
  return (
    <section>
      <h2>How long what is kept</h2>
      <Table label="Retention" columns={["What", "#Kept for", "Changed by"]}>
        {retention.map(({ what, days, setting }) => (
          <tr key={what}>
            <td>{what}</td>
            <td class="number">
              {days === undefined ? "until it is erased" : counted(days, "day")}
            </td>
            <td class="id muted">{setting ?? ""}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function File({ running: { file, found, hash, yaml } }: { readonly running: Running }) {
  return (
    <section>
      <div>
        <h2>waypost.yaml</h2>
        <p class="muted said">
          {found ? (
            <>
              As it was read last, secrets hidden: {file},{" "}
              <span class="id">{hash.slice(0, 8)}</span>
            </>
          ) : (
            `There is none at ${file}: everything is kept in the log, and nothing is routed.`
          )}
        </p>
      </div>
      {found && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section class="code yaml" tabIndex={0} aria-label="waypost.yaml, secrets hidden">
          <pre>{yaml}</pre>
        </section>
      )}
    </section>
  );
}

const origins = { set: "set", made: "made by Waypost", default: "default", unset: "not set" };

/** Those that are set first: they are what somebody looks for. */
function Environment({ settings }: Pick<Running, "settings">) {
  const rank = ({ from }: Running["settings"][number]) => Object.keys(origins).indexOf(from);
  const sorted = settings.toSorted((a, b) => rank(a) - rank(b));
  return (
    <section>
      <h2>Environment</h2>
      <Table label="Environment" columns={["Setting", "Value", "From"]}>
        {sorted.map(({ name, value, from, secret }) => (
          <tr key={name}>
            <td class="id">{name}</td>
            <td class="said">
              {value ?? <span class="muted">{secret && from !== "unset" ? "(hidden)" : "–"}</span>}
            </td>
            <td class="muted">{origins[from]}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
