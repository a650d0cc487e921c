import { type Answer, api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { isMasked, reasonFor } from "../../api/reveal.ts";
import { CopyAs, CopyId, quoted } from "../../ui/copy.tsx";
import { RevealBar } from "../../ui/reveal.tsx";
import { Detail } from "../../ui/split.tsx";
import { Failed, LoadingRows } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { bytes, counted } from "../../words/number.ts";

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
        <CopyAs
          path={`/api/quarantine/${encodeURIComponent(id)}`}
          cli={`waypost quarantine ${quoted(id)}`}
        />
      }
    >
      {data === undefined &&
        (problem ? <Failed problem={problem} retry={reload} /> : <LoadingRows />)}
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
      <h3>{counted(problems.length, "place", "places")}</h3>
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
