import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { href } from "../../app/route.ts";
import { Absent } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Words } from "../../ui/words.tsx";
import type { Tone } from "../../words/delivery.ts";
import { capital } from "../../words/event.ts";
import { took } from "../../words/time.ts";

type Step = Answer<"GET", "/api/timeline/{id}">["steps"][number];

const tones: Readonly<Record<Step["kind"], Tone>> = {
  received: "good",
  durable: "good",
  stored: "good",
  opened: "quiet",
  attempt: "wait",
  waiting: "wait",
  scheduled: "quiet",
  taken: "good",
  dead: "bad",
  skipped: "quiet",
  "not-sent": "quiet",
};

interface Props {
  readonly id: string;
  readonly reveal: string | undefined;
}

/** From the POST to every destination, with why not for those that have none. */
export function Timeline({ id, reveal }: Props) {
  const { data, problem, reload } = useResource(
    `timeline ${id} ${reveal}`,
    (signal) => api.get("/api/timeline/{id}", { path: { id }, reveal, signal }),
    { everyMs: 10_000 },
  );
  return (
    <section>
      <h3>What became of it</h3>
      {data === undefined && <Absent problem={problem} retry={reload} rows={5} />}
      <ol class="timeline">
        {withoutRepeats(data?.steps ?? []).map((step, index) => (
          <Line key={index} step={step} />
        ))}
      </ol>
    </section>
  );
}

function Line({
  step: { at, kind, words, detail, ms, delivery, destination },
}: {
  readonly step: Step;
}) {
  const more = [detail, ms === undefined ? undefined : `after ${took(ms)}`].filter(Boolean);
  const said = words.replace(/\.$/, "");
  // A destination's name stays as the operator wrote it.
  const shown = destination !== undefined && said.startsWith(destination) ? said : capital(said);
  return (
    <li>
      <span class="at muted">{kind !== "not-sent" && <Time at={at} exact />}</span>
      <div class={`step ${tones[kind]}`}>
        {delivery === undefined ? (
          <Words text={shown} />
        ) : (
          <a class="plain" href={href("deliveries", delivery)}>
            <Words text={shown} />
          </a>
        )}
        {more.length > 0 && <p class="said muted">{more.join(", ")}</p>}
      </div>
    </li>
  );
}

/** The attempt that took effect and that it did are one step, also where others lie between. */
function withoutRepeats(steps: readonly Step[]): Step[] {
  const merged = new Map<Step, Step>();
  for (const [index, taken] of steps.entries()) {
    if (taken.kind !== "taken") continue;
    const isIts = ({ kind, delivery }: Step) => kind === "attempt" && delivery === taken.delivery;
    const attempt = steps.slice(0, index).findLast(isIts);
    if (attempt) merged.set(attempt, taken).set(taken, { ...attempt, ...taken });
  }
  return steps.flatMap((step) =>
    step.kind === "attempt" && merged.has(step) ? [] : [merged.get(step) ?? step],
  );
}
