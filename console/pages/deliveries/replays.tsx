import { type Answer, api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { useResource } from "../../api/resource.ts";
import { may } from "../../api/viewer.ts";
import { hrefOf, route } from "../../app/route.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { CopyAs, CopyId } from "../../ui/copy.tsx";
import { List, rowsInHand } from "../../ui/list.tsx";
import { Pill } from "../../ui/pill.tsx";
import { Detail } from "../../ui/split.tsx";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";
import { Words } from "../../ui/words.tsx";
import { stateWords, type Tone } from "../../words/delivery.ts";
import { capital } from "../../words/event.ts";
import { count } from "../../words/number.ts";
import { receiver, replayFilterInWords } from "../../words/replay.ts";
import { quoted } from "../../words/shell.ts";

type Replay = Answer<"GET", "/api/replays/{id}">;

const words: Readonly<Record<Replay["state"], readonly [string, Tone]>> = {
  running: ["running", "live"],
  done: ["done", "good"],
  aborted: ["stopped", "quiet"],
  failed: ["failed", "bad"],
};
const everyMs = 2_000;

export function ReplayList() {
  const { items, ...pages } = usePages(
    "replays",
    (cursor, signal) => api.get("/api/replays", { query: { cursor }, signal }),
    { everyMs, inHand: rowsInHand },
  );
  const { problem, reload } = pages;
  if (items === undefined) return <Absent problem={problem} retry={reload} />;
  if (items.length === 0) {
    return (
      <Empty icon="retry" title="Nothing was sent again yet">
        <p>
          Filter the deliveries by “Gave up” and choose “Send all again”, or give a new destination
          the last days: <code>waypost replay --to crm --from 3d</code>.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      <List
        class="replays"
        label="What was sent again"
        head={["State", "To", "Sent", "#Begun"]}
        items={items}
        idOf={({ id }) => id}
        hrefOf={({ id }) => hrefOf(id)}
        row={(replay) => <Row replay={replay} />}
        selected={route.value.id}
        pages={pages}
      />
    </>
  );
}

function Row({ replay }: { readonly replay: Replay }) {
  const [word, tone] = words[replay.state];
  return (
    <>
      <span>
        <Pill tone={tone}>{word}</Pill>
      </span>
      <span class="clip">{receiver(replay)}</span>
      <Progress replay={replay} />
      <span class="number muted">
        <Time at={replay.createdAt} />
      </span>
    </>
  );
}

/** How many there are is not known of a replay of very many; then it says how many it has opened. */
function Progress({ replay: { state, found, opened, total } }: { readonly replay: Replay }) {
  const runs = state === "running";
  const all = state === "done" ? found : total;
  return (
    <span class="progress">
      <progress
        value={runs && all === undefined ? undefined : found}
        max={Math.max(all ?? found, 1)}
        aria-label="How far it is"
      />
      <span class="number">
        {count(opened)} {all === undefined ? runs && "so far" : `of ${count(all)}`}
      </span>
    </span>
  );
}

export function ReplayDetail({ id }: { readonly id: string }) {
  const { data, problem, reload } = useResource(
    id,
    (signal) => api.get("/api/replays/{id}", { path: { id }, signal }),
    { everyMs },
  );
  return (
    <Detail
      title={data ? `Sent again to ${receiver(data)}` : "Sent again"}
      actions={
        data && (
          <>
            {data.state === "running" && may("operate") && (
              <Button onClick={() => void abort(id, reload)}>Stop</Button>
            )}
            <CopyAs path={`/api/replays/${id}`} cli={`waypost replay show ${quoted(id)}`} />
          </>
        )
      }
    >
      {data === undefined && <Absent problem={problem} retry={reload} />}
      {data && <Facts replay={data} />}
    </Detail>
  );
}

function Facts({ replay }: { readonly replay: Replay }) {
  const { id, state, createdAt, by, doneAt, reason, filter } = replay;
  const { had, leftOut, rows = {}, rate } = replay;
  const [word, tone] = words[state];
  return (
    <>
      <Progress replay={replay} />
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <Pill tone={tone}>{word}</Pill> {reason && <span class="said muted">{reason}</span>}
        </dd>
        <dt>Begun</dt>
        <dd>
          <Time at={createdAt} exact />
          {by && ` by ${by}`}
        </dd>
        {doneAt && (
          <>
            <dt>All opened</dt>
            <dd>
              <Time at={doneAt} exact />
            </dd>
          </>
        )}
        <dt>What</dt>
        <dd class="said">
          <Words text={replayFilterInWords(filter)} />
        </dd>
        <dt>Rate</dt>
        <dd>{rate} a second</dd>
        {had > 0 && (
          <>
            <dt>Had already</dt>
            <dd>{count(had)}</dd>
          </>
        )}
        {Object.entries(leftOut).map(([why, left]) => (
          <>
            <dt>Left out</dt>
            <dd>
              {count(left)}: {why}
            </dd>
          </>
        ))}
        {Object.entries(rows).map(
          ([name, rowCount]) =>
            rowCount > 0 && (
              <>
                <dt>{capital(stateWords[name as keyof typeof stateWords]?.word ?? name)}</dt>
                <dd>{count(rowCount)}</dd>
              </>
            ),
        )}
        <dt>Id</dt>
        <dd>
          <CopyId id={id} label="the id" />
        </dd>
      </dl>
    </>
  );
}

async function abort(id: string, done: () => void): Promise<void> {
  const sure = await confirm({
    title: "Stop sending again",
    body: "What has been opened is delivered all the same; no more is opened.",
    act: "Stop",
    danger: true,
  });
  if (sure === undefined) return;
  await api
    .post("/api/replays/{id}/abort", { path: { id } })
    .then(() => toast("Stopped"))
    .catch(toastProblem);
  done();
}
