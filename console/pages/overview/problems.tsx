import { type Answer, api } from "../../api/client.ts";
import { may } from "../../api/viewer.ts";
import { href } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";
import { Words } from "../../ui/words.tsx";

type Status = Answer<"GET", "/api/status">;
type Problem = Status["problems"][number];

interface Props {
  readonly status: Status;
  readonly reload: () => void;
}

/** What is wrong comes first, each with what to do. */
export function Problems({ status, reload }: Props) {
  const keys = keysOf(status);
  return (
    <ul class="problems" aria-label="What is wrong">
      {status.problems.map((problem, at) => (
        <li key={keys[at]}>
          <span class={problem.level === "error" ? "tone-bad" : "tone-wait"}>
            <Icon name="warning" />
            <span class="unseen">{problem.level}</span>
          </span>
          <div class="said">
            <h2>
              <Words text={problem.what} />
            </h2>
            <p class="muted">
              <Words text={problem.remedy} />
            </p>
          </div>
          <div class="problem-acts">
            <a
              class="button plain"
              href={problem.runbook.slice(1)}
              target="_blank"
              rel="noreferrer"
            >
              Runbook
            </a>
            <Remedy
              problem={problem}
              destination={destinationOf(problem, status)}
              reload={reload}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Of each what stays the same while its words count on, so that the focus stays in it. */
function keysOf(status: Status): readonly string[] {
  const subjects = status.problems.map((each) => `${each.kind} ${destinationOf(each, status)}`);
  return subjects.map((subject, at) => {
    const before = subjects.slice(0, at).filter((each) => each === subject);
    return `${subject} ${before.length}`;
  });
}

/** Its words name the one that it is about. */
function destinationOf({ kind, what }: Problem, { destinations }: Status): string | undefined {
  if (!/^(destination|deliveries)_/.test(kind)) return undefined;
  const words = new Set(what.split(/[\s:,.]+/));
  return destinations.find(({ name }) => words.has(name))?.name;
}

interface RemedyProps {
  readonly problem: Problem;
  readonly destination: string | undefined;
  readonly reload: () => void;
}

function Remedy({ problem: { kind }, destination, reload }: RemedyProps) {
  if (kind === "destination_paused" && destination !== undefined && may("operate")) {
    return <Button onClick={() => void resume(destination, reload)}>Resume</Button>;
  }
  const place = placeOf(kind, destination);
  return (
    place && (
      <a class="button" href={place.to}>
        {place.words}
      </a>
    )
  );
}

/** Where it is looked into. */
function placeOf(kind: string, destination: string | undefined) {
  if (kind === "deliveries_dead") {
    return {
      words: "See why",
      to: href("deliveries", undefined, { destination, state: "gave-up" }),
    };
  }
  if (destination !== undefined)
    return { words: `Open ${destination}`, to: href("destinations", destination) };
  if (kind === "quarantine_growth") return { words: "See what", to: href("unreadable") };
  if (kind === "messages_dead")
    return { words: "See what", to: href("destinations", undefined, { dead: "1" }) };
  return undefined;
}

async function resume(name: string, reload: () => void): Promise<void> {
  const answer = await confirm({
    title: `Resume ${name}`,
    body: "What has waited is delivered now, in order, beside what comes in.",
    act: "Resume",
  });
  if (answer === undefined) return;
  await api
    .post("/api/destinations/{name}/resume", { path: { name } })
    .then(() => toast(`${name} goes on`))
    .catch(toastProblem);
  reload();
}
