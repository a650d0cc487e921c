import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { Button } from "../../ui/button.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Absent } from "../../ui/states.tsx";
import { Words } from "../../ui/words.tsx";

/** Everything tried out, what is not well first. */
export function Doctor() {
  const { data, problem, loading, reload } = useResource("doctor", (signal) =>
    api.get("/api/doctor", { signal, timeoutMs: 60_000 }),
  );
  return (
    <section>
      <div class="section-head">
        <div>
          <h2>Doctor</h2>
          <p class="muted">
            Broker, store, destinations, files, disk, clock, certificate: tried out by calls that
            change nothing.
          </p>
        </div>
        <Button icon="retry" disabled={loading} onClick={reload}>
          Try again
        </Button>
      </div>
      {data === undefined && <Absent problem={problem} retry={reload} rows={6} />}
      {data && (
        <ul class="findings">
          {data.findings.map(({ of, ok, found, remedy, runbook }) => (
            <li key={`${of} ${found}`}>
              <Pill tone={ok ? "good" : "bad"}>{of}</Pill>
              <span class="said">
                <Words text={remedy ? found.replace(/\w$/, "$&.") : found} />{" "}
                {remedy && (
                  <span class="muted">
                    <Words text={remedy} />{" "}
                  </span>
                )}
                {runbook && !ok && (
                  <a href={runbook.slice(1)} target="_blank" rel="noreferrer">
                    Runbook
                  </a>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
