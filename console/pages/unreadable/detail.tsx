import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { isMasked, reasonFor } from "../../api/reveal.ts";
import { may } from "../../api/viewer.ts";
import { Button } from "../../ui/button.tsx";
import { CopyAs, CopyId } from "../../ui/copy.tsx";
import { RevealBar } from "../../ui/reveal.tsx";
import { closeDetail, Detail } from "../../ui/split.tsx";
import { Absent } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { toast, toastProblem } from "../../ui/toasts.tsx";
import { bytes, counted } from "../../words/number.ts";
import { quoted } from "../../words/shell.ts";

type Entry = Answer<"GET", "/api/quarantine/{id}">;

export function UnreadableDetail({ id }: { readonly id: string }) {
  const reveal = reasonFor(id);
  const { data, problem, reload } = useResource(`${id} ${reveal}`, (signal) =>
    api.get("/api/quarantine/{id}", { path: { id }, reveal, signal }),
  );
  return (
    <Detail
      title={data?.problems[0]?.reason ?? "Could not be read"}
      actions={
        <>
          {data && may("operate") && may("publish") && <Retry id={id} done={reload} />}
          <CopyAs
            path={`/api/quarantine/${encodeURIComponent(id)}`}
            cli={`waypost quarantine ${quoted(id)}`}
          />
        </>
      }
    >
      {data === undefined && <Absent problem={problem} retry={reload} />}
      {data && (
        <>
          <Facts entry={data} />
          <Problems problems={data.problems} />
          <RevealBar subject={id} what="these bytes" />
          {!isMasked(id) && data.dataBase64 !== undefined && <Bytes base64={data.dataBase64} />}
        </>
      )}
    </Detail>
  );
}

/** With the parser as it is now. */
function Retry({ id, done }: { readonly id: string; readonly done: () => void }) {
  const read = async () => {
    try {
      const { published, closed } = await api.post("/api/quarantine/{id}/retry", { path: { id } });
      toast(
        published.length === 0
          ? "It still cannot be read"
          : `${counted(published.length, "event")} came of it`,
        published.length === 0 ? "bad" : "good",
      );
      if (closed) closeDetail();
    } catch (error) {
      toastProblem(error);
    }
    done();
  };
  return (
    <Button icon="retry" onClick={() => void read()}>
      Read again
    </Button>
  );
}

function Facts({ entry: { id, receivedAt, source, postId, bytes: size } }: { entry: Entry }) {
  return (
    <dl class="facts">
      <dt>From</dt>
      <dd>{source ?? "Meta"}</dd>
      <dt>Received</dt>
      <dd>
        <Time at={receivedAt} exact />
      </dd>
      <dt>Size</dt>
      <dd>{bytes(size)}, kept byte for byte</dd>
      <dt>Entry</dt>
      <dd>
        <CopyId id={id} label="the entry's id" />
      </dd>
      <dt>POST</dt>
      <dd>
        <CopyId id={postId} label="the POST's id" />
      </dd>
    </dl>
  );
}

function Problems({ problems }: Pick<Entry, "problems">) {
  return (
    <section>
      <h3>Where</h3>
      <ul class="places">
        {problems.map(({ path, reason }) => (
          <li key={`${path} ${reason}`}>
            <span class="id said">{path === "" ? "the whole body" : path}</span>
            <span class="said muted">{reason}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const shownBytes = 16_384;

/** As text, with what is none of it marked: nothing of it is trusted. */
function Bytes({ base64 }: { readonly base64: string }) {
  const raw = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const text = new TextDecoder().decode(raw.subarray(0, shownBytes));
  return (
    <section>
      <h3>The bytes</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="code" tabIndex={0} aria-label="The body as it came">
        <pre>{text}</pre>
      </section>
      {raw.length > shownBytes && (
        <p class="muted">
          The first {bytes(shownBytes)} of {bytes(raw.length)}.
        </p>
      )}
    </section>
  );
}
