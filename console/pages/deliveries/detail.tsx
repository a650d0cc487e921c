import { useState } from "preact/hooks";
import { api, type Delivery } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { reasonFor } from "../../api/reveal.ts";
import { may } from "../../api/viewer.ts";
import { href } from "../../app/route.ts";
import { CopyAs, CopyId } from "../../ui/copy.tsx";
import { DeliveryPill, Pill } from "../../ui/pill.tsx";
import { RevealBar } from "../../ui/reveal.tsx";
import { now } from "../../ui/settings.ts";
import { Detail } from "../../ui/split.tsx";
import { Absent, Empty } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Told } from "../../ui/told.tsx";
import { fate, nextStep, why } from "../../words/delivery.ts";
import { capital, typeInWords } from "../../words/event.ts";
import { quoted } from "../../words/shell.ts";
import { took } from "../../words/time.ts";
import { Acts, Undone } from "./acts.tsx";

export function DeliveryDetail({ id }: { readonly id: string }) {
  const [subject, setSubject] = useState(id);
  const reveal = reasonFor(subject);
  const { data, problem, reload } = useResource(
    `${id} ${reveal}`,
    async (signal) => {
      const found = await find(id, reveal, signal);
      if (reveal === undefined) setSubject(conversationOf(found.delivery) ?? id);
      return found;
    },
    { everyMs: 5_000 },
  );
  const delivery = data?.delivery;
  return (
    <Detail
      title={delivery ? capital(fate(delivery)) : "Delivery"}
      actions={
        delivery && (
          <>
            {may("operate") && <Acts delivery={delivery} done={reload} />}
            <CopyAs
              path="/api/deliveries"
              query={{ event: delivery.eventId, destination: delivery.destination }}
              cli={`waypost deliveries --event ${quoted(delivery.eventId)}`}
              slack={`\`${delivery.id}\`: ${fate(delivery)}.`}
            />
          </>
        )
      }
    >
      {data === undefined && <Absent problem={problem} retry={reload} />}
      {data && !delivery && (
        <Empty icon="deliveries" title="There is no such delivery">
          <p>It may be older than deliveries are kept.</p>
        </Empty>
      )}
      {delivery && <RevealBar subject={subject} what="this conversation" />}
      {delivery && <Facts delivery={delivery} done={reload} />}
      {delivery && <Attempts delivery={delivery} />}
    </Detail>
  );
}

/** `<destination>:<event id>`, of a route with `after` also `:<route>`. */
async function find(
  id: string,
  reveal: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly delivery: Delivery | undefined }> {
  const [destination, event] = id.split(":");
  const query = { destination, event };
  const { items } = await api.get("/api/deliveries", { query, reveal, signal });
  return { delivery: items.find((each) => each.id === id) };
}

function conversationOf(delivery: Delivery | undefined): string | undefined {
  return delivery?.laneKeys.find((key) => key.startsWith("cnv_"));
}

interface FactsProps {
  readonly delivery: Delivery;
  readonly done: () => void;
}

function Facts({ delivery, done }: FactsProps) {
  const { id, state, destination, eventId, eventType, route, createdAt, doneAt } = delivery;
  const words = why(delivery, now.value);
  const step = nextStep(delivery);
  return (
    <dl class="facts">
      <dt>State</dt>
      <dd>
        <DeliveryPill state={state} />
        {words !== "" && <span class="said muted">: {words}</span>}
      </dd>
      {step !== "" && (
        <>
          <dt>Next step</dt>
          <dd>{step}</dd>
        </>
      )}
      <dt>To</dt>
      <dd>
        <a href={href("destinations", destination)}>{destination}</a>
      </dd>
      <dt>What</dt>
      <dd>
        <a href={href("events", eventId)}>{typeInWords(eventType)}</a>
      </dd>
      <dt>Route</dt>
      <dd>{route}</dd>
      <dt>Made</dt>
      <dd>
        <Time at={createdAt} exact />
      </dd>
      {doneAt !== undefined && (
        <>
          <dt>Over</dt>
          <dd>
            <Time at={doneAt} exact />
          </dd>
        </>
      )}
      {delivery.unknown && (
        <>
          <dt>Unsure</dt>
          <dd>
            An attempt may have taken effect. Before it is sent again, the destination is asked
            where it can be.
            {state === "dead" && may("operate") && (
              <div>
                <Undone delivery={delivery} done={done} />
              </div>
            )}
          </dd>
        </>
      )}
      <dt>Delivery</dt>
      <dd>
        <CopyId id={id} label="the delivery's id" />
      </dd>
    </dl>
  );
}

const outcomes = {
  delivered: ["taken", "good"],
  found: ["found there", "good"],
  outage: ["out", "wait"],
  refused: ["refused", "bad"],
  config: ["needs setting up", "bad"],
} as const;

/** What the vendor said each time. */
function Attempts({ delivery: { history, attempts } }: { readonly delivery: Delivery }) {
  if (history.length === 0) return <p class="muted">It was not tried yet.</p>;
  return (
    <section>
      <h3>
        Attempts{" "}
        {attempts < history.length && history.some(({ outcome }) => outcome === "outage") && (
          <span class="muted">{attempts} count; an outage uses none up</span>
        )}
      </h3>
      <ol class="attempts">
        {history.toReversed().map(({ at, ms, outcome, answer }) => {
          const [word, tone] = outcomes[outcome as keyof typeof outcomes] ?? [outcome, "quiet"];
          return (
            <li key={at}>
              <span class="muted">
                <Time at={at} exact />
              </span>
              <div>
                <Pill tone={tone}>{word}</Pill>
                {answer && (
                  <p class="said muted">
                    <Told text={answer} />
                  </p>
                )}
              </div>
              <span class="number muted">{took(ms)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
