import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { go, href } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { takeFocus } from "../../ui/keys.ts";
import { Absent } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";
import { typeInWords } from "../../words/event.ts";
import { count, counted } from "../../words/number.ts";
import { type Query, replayOf } from "./filters.ts";

type Plan = Extract<Answer<"POST", "/api/replays">, { readonly sample: unknown }>;

const wanted = signal<Query | undefined>(undefined);
const defaultRate = 10;
/** Of the sample: enough to see whether it is what is meant. */
const shown = 6;

/** Shows what sending all of these again would do, and asks. */
export function openSendAgain(query: Query): void {
  wanted.value = query;
}

export function SendAgain() {
  const query = wanted.value;
  return query && <Plan key={JSON.stringify(query)} query={query} />;
}

const close = () => {
  wanted.value = undefined;
};

function Plan({ query }: { readonly query: Query }) {
  const [rate, setRate] = useState(defaultRate);
  const [busy, setBusy] = useState(false);
  // The plan and what is then begun are of the same time.
  const [asked] = useState(() => replayOf(query));
  const { data, problem, reload } = useResource("plan", (signal) =>
    api.post("/api/replays", { body: startBody(asked, { dryRun: true }), signal }),
  );
  const plan = data as Plan | undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    if (plan !== undefined && plan.opened > 0 && !busy) void start();
  };
  const start = async () => {
    setBusy(true);
    try {
      const { id } = (await api.post("/api/replays", { body: startBody(asked, { rate }) })) as {
        id: string;
      };
      toast("Sending again has begun");
      close();
      go(href("deliveries", id, { show: "replays" }));
    } catch (error) {
      toastProblem(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title="Send all of these again" onClose={close}>
      <form class="dialog-form" onSubmit={submit}>
        {plan === undefined ? (
          <Absent problem={problem} retry={reload} rows={4} />
        ) : (
          <>
            <Numbers plan={plan} />
            {plan.sample.length > 0 && <Sample plan={plan} />}
            <label class="field">
              <span>Deliveries a second</span>
              <input
                class="input"
                type="number"
                ref={takeFocus}
                min={1}
                max={5_000}
                value={rate}
                onInput={(event) => setRate(event.currentTarget.valueAsNumber || defaultRate)}
              />
              <small>The oldest go first. What is live in a conversation goes before them.</small>
            </label>
          </>
        )}
        <div class="dialog-actions">
          <Button onClick={close}>Cancel</Button>
          <Button submit kind="primary" disabled={busy || plan === undefined || plan.opened === 0}>
            {plan && plan.opened > 0
              ? `Send ${counted(plan.opened, "delivery", "deliveries")}`
              : "Send"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function startBody(
  asked: { readonly filter: object; readonly to: string },
  more: { readonly rate?: number; readonly dryRun?: true },
) {
  return { ...asked, ...more };
}

function Numbers({ plan }: { readonly plan: Plan }) {
  const rows: readonly (readonly [number, string])[] = [
    [plan.opened, "will be sent"],
    ...(plan.had > 0 ? [[plan.had, "are there already, and are not sent again"] as const] : []),
    ...Object.entries(plan.leftOut).map(
      ([reason, left]) => [left, `are left out: ${reason}`] as const,
    ),
  ];
  return (
    <>
      <dl class="plan-numbers">
        {rows.map(([number, words]) => (
          <>
            <dt>{count(number)}</dt>
            <dd>{words}</dd>
          </>
        ))}
      </dl>
      {!plan.complete && (
        <p class="muted">
          There are more than could be counted in five seconds; they are sent too.
        </p>
      )}
    </>
  );
}

function Sample({ plan }: { readonly plan: Plan }) {
  return (
    <section>
      <h3>The oldest of them</h3>
      <ul class="plan-sample">
        {plan.sample.slice(0, shown).map(({ eventId, eventType, destination, receivedAt }) => (
          <li key={`${destination} ${eventId}`}>
            <a href={href("events", eventId)} target="_blank" rel="noreferrer">
              {typeInWords(eventType)}
            </a>
            <span>to {destination}</span>
            <span class="id clip muted">{eventId}</span>
            <span class="number muted">{receivedAt && <Time at={receivedAt} />}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
