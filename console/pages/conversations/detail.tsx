import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { reasonFor, revealAlso } from "../../api/reveal.ts";
import { href } from "../../app/route.ts";
import { CopyAs } from "../../ui/copy.tsx";
import { Pill } from "../../ui/pill.tsx";
import { RevealBar } from "../../ui/reveal.tsx";
import { now } from "../../ui/settings.ts";
import { Detail } from "../../ui/split.tsx";
import { Absent } from "../../ui/states.tsx";
import { openTab, Tabs } from "../../ui/tabs.tsx";
import { Told } from "../../ui/told.tsx";
import { who, windowInWords } from "../../words/conversation.ts";
import { quoted } from "../../words/shell.ts";
import { Chat } from "./chat.tsx";
import { Person } from "./person.tsx";

const tabs = [
  ["chat", "Chat"],
  ["person", "Person"],
] as const;

export function ConversationDetail({ id }: { readonly id: string }) {
  const reveal = reasonFor(id);
  const { data, problem, reload } = useResource(
    `${id} ${reveal}`,
    async (signal) => {
      const found = await api.get("/api/conversations/{id}", { path: { id }, reveal, signal });
      revealAlso(found.id, reveal);
      return found;
    },
    { everyMs: 15_000 },
  );
  const window = data && windowInWords(data, now.value);
  return (
    <Detail
      title={data ? <Told text={who(data)} /> : "Conversation"}
      actions={
        <>
          {window && <Pill tone={window.tone}>{window.words}</Pill>}
          <CopyAs
            path={`/api/conversations/${encodeURIComponent(id)}/messages`}
            cli={`waypost events --conversation ${quoted(id)}`}
            slack={`A conversation that is ${data?.state ?? "open"}.`}
          />
        </>
      }
      under={
        <div class="under">
          <Tabs label="Parts" tabs={tabs} />
          <a href={href("events", undefined, { conversation: id })}>Events</a>
          <a href={href("deliveries", undefined, { conversation: id })}>Deliveries</a>
        </div>
      }
    >
      {data === undefined && <Absent problem={problem} retry={reload} />}
      {data && <RevealBar subject={id} what="this conversation" />}
      {data && openTab(tabs) === "chat" && <Chat id={id} group={data.groupId !== undefined} />}
      {data && openTab(tabs) === "person" && <Person conversation={data} />}
    </Detail>
  );
}
