import { useEffect, useRef } from "preact/hooks";
import { api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { reasonFor } from "../../api/reveal.ts";
import { Button } from "../../ui/button.tsx";
import { now, timeStyle } from "../../ui/settings.ts";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import type { ChatMessage } from "../../words/conversation.ts";
import { day } from "../../words/time.ts";
import { Message } from "./message.tsx";

const everyMs = 5_000;

/** Both sides, the newest at the bottom, where one sees it first. */
export function Chat({ id, group }: { readonly id: string; readonly group: boolean }) {
  const reveal = reasonFor(id);
  const { items, problem, loading, more, reload } = usePages(
    `${id} ${reveal}`,
    async (cursor, signal) => {
      const page = await api.get("/api/conversations/{id}/messages", {
        ...{ path: { id }, query: { cursor }, reveal, signal },
      });
      // Pages go back in time, and a page forward: turned round, the whole is newest first.
      return { items: page.items.toReversed(), next: page.next };
    },
    { everyMs },
  );
  const end = useRef<HTMLDivElement>(null);
  const newest = items?.[0]?.id;
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [newest]);
  if (items === undefined) return <Absent problem={problem} retry={reload} />;
  if (items.length === 0) {
    return (
      <Empty icon="chat" title="No messages yet">
        <p>What is known of this conversation are events that are no messages.</p>
      </Empty>
    );
  }
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      <div class="chat">
        {more && (
          <Button kind="plain" onClick={more} disabled={loading}>
            {loading ? "Loading" : "Earlier messages"}
          </Button>
        )}
        <Days messages={items.toReversed()} group={group} />
        <div ref={end} />
      </div>
    </>
  );
}

interface DaysProps {
  readonly messages: readonly ChatMessage[];
  readonly group: boolean;
}

function Days({ messages, group }: DaysProps) {
  const zone = timeStyle.value === "utc" ? "utc" : "local";
  const rows = messages.map((message, index) => {
    const [of, before] = [message, messages[index - 1]].map(
      (each) => each && day(each.at, now.value, zone),
    );
    return { message, begins: of === before ? undefined : of };
  });
  return (
    <ol>
      {rows.map(({ message, begins }) => (
        <>
          {begins !== undefined && (
            <li key={begins} class="day">
              {begins}
            </li>
          )}
          <li key={message.id} class={`turn ${message.direction}`}>
            <Message message={message} group={group} />
          </li>
        </>
      ))}
    </ol>
  );
}
