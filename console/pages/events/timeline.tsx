import type { EventWithDeliveries } from "../../api/client.ts";
import { Pill } from "../../ui/pill.tsx";
import { now } from "../../ui/settings.ts";
import { Time } from "../../ui/time.tsx";
import { fate, stateWords, type Tone, why } from "../../words/delivery.ts";
import { capital } from "../../words/event.ts";
import { took } from "../../words/time.ts";

interface Step {
  readonly at?: string;
  readonly tone: Tone;
  readonly words: string;
  readonly detail?: string;
}

/** From the POST to every destination, with why not for those that have none. */
export function Timeline({ event }: { readonly event: EventWithDeliveries }) {
  const steps = stepsOf(event, now.value);
  return (
    <section>
      <h3>What became of it</h3>
      <ol class="timeline">
        {steps.map((step, index) => (
          <li key={index}>
            <span class="at muted">{step.at && <Time at={step.at} exact />}</span>
            <div>
              <Pill tone={step.tone}>{capital(step.words)}</Pill>
              {step.detail && <p class="said muted">{step.detail}</p>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsOf({ data, deliveries, notDelivered }: EventWithDeliveries, at: number): Step[] {
  const attempts = deliveries.flatMap(({ destination, history }) =>
    history
      .filter(({ outcome }) => outcome !== "delivered" && outcome !== "found")
      .map((attempt) => ({
        at: attempt.at,
        tone: "wait" as const,
        words: `${destination} did not take it`,
        detail: [attempt.answer ?? attempt.outcome, `after ${took(attempt.ms)}`].join(", "),
      })),
  );
  const fates = deliveries.map((delivery) => ({
    ...(delivery.doneAt !== undefined && { at: delivery.doneAt }),
    tone: stateWords[delivery.state].tone,
    words: fate(delivery),
    detail: why(delivery, at),
  }));
  const known = [
    { at: data.receivedAt, tone: "good" as const, words: "Received and kept" },
    ...attempts,
    ...fates,
  ];
  return [
    ...known.sort((a, b) => (a.at ?? "9").localeCompare(b.at ?? "9")),
    ...notDelivered.map(({ destination, says }) => ({
      tone: "quiet" as const,
      words: `not sent to ${destination}`,
      detail: says,
    })),
  ];
}
