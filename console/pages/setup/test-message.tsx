import { useState } from "preact/hooks";
import { type Answer, api } from "../../api/client.ts";
import { href } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { Pill } from "../../ui/pill.tsx";
import { toastProblem } from "../../ui/toasts.tsx";
import { took } from "../../words/time.ts";

type Sent = Answer<"POST", "/api/test-message">;

/** A signed message to the own callback URL: the way that Meta's take. */
export function TestMessage() {
  const [sent, setSent] = useState<Sent>();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    await api
      .post("/api/test-message", { body: {}, timeoutMs: 60_000 })
      .then(setSent)
      .catch(toastProblem);
    setBusy(false);
  };
  return (
    <section>
      <div class="section-head">
        <div>
          <h2>A test message</h2>
          <p class="muted">
            Signed as Meta signs, to your own callback URL. It is marked as a test, so it reaches no
            vendor.
          </p>
        </div>
        <Button disabled={busy} onClick={() => void send()}>
          {busy ? "Sending" : "Send one"}
        </Button>
      </div>
      {sent && <Outcome sent={sent} />}
    </section>
  );
}

function Outcome({ sent: { url, status, ms, why, remedy, event } }: { readonly sent: Sent }) {
  return (
    <ul class="findings" role="status">
      <li>
        <Pill tone={status === 200 ? "good" : "bad"}>
          {status === undefined ? "no answer" : `answered ${status}`}
        </Pill>
        <span class="said">
          {url} <span class="muted">in {took(ms)}</span>
        </span>
      </li>
      {why && (
        <li>
          <Pill tone="bad">why</Pill>
          <span class="said">
            {why} <span class="muted">{remedy}</span>
          </span>
        </li>
      )}
      {event && (
        <li>
          <Pill tone="good">in the log</Pill>
          <a href={href("events", event)}>See what became of it</a>
        </li>
      )}
    </ul>
  );
}
