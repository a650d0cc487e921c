import { api } from "../../api/client.ts";
import { usePages } from "../../api/pages.ts";
import { useRevealedConversations } from "../../api/revealed.ts";
import type { Page } from "../../app/page.ts";
import { hrefOf, param, route } from "../../app/route.ts";
import { ChoiceChips, FilterChip } from "../../ui/chips.tsx";
import { CopyAs } from "../../ui/copy.tsx";
import { List, rowsInHand } from "../../ui/list.tsx";
import { Pill } from "../../ui/pill.tsx";
import { now } from "../../ui/settings.ts";
import { Split } from "../../ui/split.tsx";
import { Absent, Empty, Stale } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { Told } from "../../ui/told.tsx";
import { type Conversation, who, windowInWords } from "../../words/conversation.ts";
import { ConversationDetail } from "./detail.tsx";
import "./conversations.css";

export const conversationsPage: Page = {
  name: "conversations",
  title: "Conversations",
  icon: "chat",
  key: "c",
  Page: Conversations,
};

/** Who waits for an answer comes first, so it is what one sees without asking for anything. */
const shows = [
  ["", "Unanswered"],
  ["closing", "Window closing"],
  ["open", "Open"],
  ["closed", "Closed"],
  ["all", "All"],
] as const;

const everyMs = 10_000;

function Conversations() {
  const { id } = route.value;
  return (
    <Split
      head={<Head />}
      list={<ConversationList show={param("show") ?? ""} />}
      detail={id && <ConversationDetail key={id} id={id} />}
    />
  );
}

function Head() {
  return (
    <>
      <div class="page-head">
        <h1>Conversations</h1>
        <div class="actions">
          <CopyAs path="/api/conversations" query={queryOf(param("show") ?? "")} cli={cli()} />
        </div>
      </div>
      <div class="chips scroll">
        <ChoiceChips label="Which" name="show" choices={shows} />
        <FilterChip name="account" words="number" />
        <FilterChip name="contact" words="person" />
      </div>
    </>
  );
}

function cli(): string {
  return param("show") === undefined
    ? "waypost conversations --unanswered"
    : "waypost conversations";
}

function queryOf(show: string) {
  const [account, contact] = [param("account"), param("contact")];
  return {
    ...(show === "" && { state: "unanswered" as const }),
    ...(show === "open" && { state: "open" as const }),
    ...(show === "closed" && { state: "closed" as const }),
    ...(show === "closing" && { state: "unanswered" as const, window: "closing" as const }),
    ...(account !== undefined && { account }),
    ...(contact !== undefined && { contact }),
  };
}

function ConversationList({ show }: { readonly show: string }) {
  const query = queryOf(show);
  const { items, ...pages } = usePages(
    JSON.stringify(query),
    (cursor, signal) => api.get("/api/conversations", { query: { ...query, cursor }, signal }),
    { everyMs, inHand: rowsInHand },
  );
  const { problem, reload } = pages;
  const shown = useRevealedConversations(items ?? []);
  if (items === undefined) return <Absent problem={problem} retry={reload} rows={10} />;
  return (
    <>
      {problem && <Stale problem={problem} retry={reload} />}
      {items.length === 0 ? (
        <Nothing show={show} />
      ) : (
        <List
          class="conversations"
          label="Conversations"
          items={shown}
          idOf={({ id }) => id}
          hrefOf={({ id }) => hrefOf(id)}
          row={(conversation) => <Row conversation={conversation} />}
          selected={route.value.id}
          pages={pages}
        />
      )}
    </>
  );
}

function Row({ conversation }: { readonly conversation: Conversation }) {
  const { last, lastAt, unansweredSince } = conversation;
  const { words, tone } = windowInWords(conversation, now.value);
  return (
    <>
      <span class="who clip">
        <Told text={who(conversation)} />
      </span>
      <span class="at number muted">
        <Time at={last?.at ?? lastAt} />
      </span>
      <span class="last clip muted">
        {last?.direction === "out" && "You: "}
        <Told text={last?.text ?? last?.type.replaceAll("_", " ") ?? ""} />
      </span>
      <span class="window">
        {unansweredSince !== undefined && <Pill tone={tone}>{words}</Pill>}
      </span>
    </>
  );
}

function Nothing({ show }: { readonly show: string }) {
  if (show === "" || show === "closing") {
    return (
      <Empty icon="check" title={show === "" ? "Everybody has an answer" : "No window closes soon"}>
        <p>Whoever writes and waits appears here, whose window closes first on top.</p>
        <a class="button" href="#/conversations?show=all">
          Show all conversations
        </a>
      </Empty>
    );
  }
  return (
    <Empty icon="chat" title="There are none">
      <p>A conversation begins with the first message of either side.</p>
      {show !== "all" && (
        <a class="button" href="#/conversations?show=all">
          Show all conversations
        </a>
      )}
    </Empty>
  );
}
