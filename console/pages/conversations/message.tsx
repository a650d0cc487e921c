import { baseUrl } from "../../api/client.ts";
import { href } from "../../app/route.ts";
import { Failures } from "../../ui/failures.tsx";
import { Time } from "../../ui/time.tsx";
import { Told } from "../../ui/told.tsx";
import { type ChatMessage, sender, statusInWords } from "../../words/conversation.ts";
import { bytes } from "../../words/number.ts";

interface Props {
  readonly message: ChatMessage;
  /** Several people write: each says who it is. */
  readonly group: boolean;
}

/** One message, with all that came of it later: ticks, reactions, edits. */
export function Message({ message, group }: Props) {
  const { text, quotes, media, status } = message;
  const failed = status === "failed";
  return (
    <article class={`bubble ${failed ? "failed" : ""}`}>
      <By message={message} group={group} />
      {quotes && <blockquote class="said muted">{quotes.text ?? "an earlier message"}</blockquote>}
      {media && <File type={message.type} media={media} />}
      {(text !== undefined || !media) && <Words message={message} />}
      {failed && <Failures errors={message.errors ?? [{}]} />}
      <Foot message={message} />
      <Reactions message={message} />
    </article>
  );
}

function By({ message, group }: Props) {
  const { direction, name, template, text } = message;
  const by = direction === "in" ? group && name : sender(message);
  // Without its words the bubble itself says which template it was.
  const words = [by, text !== undefined && template].filter(Boolean);
  if (words.length === 0) return null;
  return (
    <div class="by muted">
      <bdi>{words.join(", ")}</bdi>
    </div>
  );
}

function Foot({ message }: { readonly message: ChatMessage }) {
  const { deleted, edited, events, at, direction, status } = message;
  return (
    <footer class="muted">
      {deleted && <span>deleted</span>}
      {edited && !deleted && <span>edited</span>}
      <a href={href("events", events[0])} title="What became of it">
        <Time at={at} />
      </a>
      {direction === "out" && status && <Ticks status={status} />}
    </footer>
  );
}

function Reactions({ message: { reactions = [] } }: { readonly message: ChatMessage }) {
  if (reactions.length === 0) return null;
  return (
    <div class="reactions">
      {reactions.map(({ emoji, by }) => (
        <span key={by} title={`Reaction of ${by === "contact" ? "the customer" : "your side"}`}>
          {emoji}
        </span>
      ))}
    </div>
  );
}

/** What it says; else what it is. */
function Words({ message }: { readonly message: ChatMessage }) {
  const { text, template, deleted } = message;
  if (text !== undefined) {
    return (
      <p class="said">
        <Told text={text} />
      </p>
    );
  }
  if (template === undefined || deleted) return <p class="muted">{kindInWords(message)}</p>;
  return (
    <p class="said">
      <span class="muted">Template</span> <bdi>{template}</bdi>
    </p>
  );
}

function kindInWords({ type, deleted }: ChatMessage): string {
  if (deleted) return "This message was deleted.";
  return type === "unknown" ? "Its text is not known here." : type.replaceAll("_", " ");
}

function Ticks({ status }: { readonly status: string }) {
  const [ticks, words] = statusInWords(status);
  return (
    <span class={`ticks ${status}`} title={words}>
      <span aria-hidden="true">{ticks}</span>
      <span class="unseen">{words}</span>
    </span>
  );
}

function File({
  type,
  media: { id, mimeType, fileName, bytes: size },
}: {
  readonly type: string;
  readonly media: NonNullable<ChatMessage["media"]>;
}) {
  const facts = [mimeType, size !== undefined && bytes(size)].filter(Boolean).join(", ");
  return (
    <div class="file">
      <bdi>{fileName ?? type}</bdi>
      <span class="muted">{facts}</span>
      {id !== undefined && size !== undefined && (
        <a href={`${baseUrl}/api/media/${encodeURIComponent(id)}`} target="_blank" rel="noreferrer">
          Open
        </a>
      )}
    </div>
  );
}
