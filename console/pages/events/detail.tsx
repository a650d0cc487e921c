import { useState } from "preact/hooks";
import type { EventWithDeliveries } from "../../api/client.ts";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { reasonFor, revealAlso } from "../../api/reveal.ts";
import { href } from "../../app/route.ts";
import { CopyAs, CopyId } from "../../ui/copy.tsx";
import { Failures } from "../../ui/failures.tsx";
import { Json } from "../../ui/json.tsx";
import { RevealBar } from "../../ui/reveal.tsx";
import { Detail } from "../../ui/split.tsx";
import { Absent } from "../../ui/states.tsx";
import { openTab, Tabs } from "../../ui/tabs.tsx";
import { Time } from "../../ui/time.tsx";
import { Told } from "../../ui/told.tsx";
import { fate } from "../../words/delivery.ts";
import { person, render, typeInWords } from "../../words/event.ts";
import { quoted } from "../../words/shell.ts";
import { Timeline } from "./timeline.tsx";

export const detailTabs = [
  ["summary", "Summary"],
  ["json", "JSON"],
  ["raw", "Raw and event"],
] as const;

export function EventDetail({ id }: { readonly id: string }) {
  const [subject, setSubject] = useState(id);
  const reveal = reasonFor(subject);
  const { data, problem, reload } = useResource(`${id} ${reveal}`, async (signal) => {
    const event = await api.get("/api/events/{id}", { path: { id }, reveal, signal });
    // What is revealed is the conversation, by the id that it has while it is masked.
    if (reveal === undefined) setSubject(event.data.conversationId ?? id);
    revealAlso(event.data.conversationId, reveal);
    return event;
  });
  const tab = openTab(detailTabs);
  return (
    <Detail
      title={data ? typeInWords(data.type) : "Event"}
      actions={data && <Copies event={data} />}
      under={<Tabs label="Ways to see it" tabs={detailTabs} />}
    >
      {data === undefined && <Absent problem={problem} retry={reload} />}
      {data && tab !== "raw" && (
        <RevealBar subject={subject} what={subject === id ? "this event" : "this conversation"} />
      )}
      {data && tab === "summary" && <Summary event={data} reveal={reveal} />}
      {data && tab === "json" && <Json value={eventOf(data)} label="The event as JSON" />}
      {data && tab === "raw" && <Raw event={data} />}
    </Detail>
  );
}

function Copies({ event }: { readonly event: EventWithDeliveries }) {
  const { id, type, data, deliveries } = event;
  const fates = deliveries.map(fate).join(", ") || "not for any destination";
  return (
    <CopyAs
      path={`/api/events/${encodeURIComponent(id)}`}
      cli={`waypost events ${quoted(id)}`}
      slack={`${typeInWords(type)} \`${id}\`, received ${data.receivedAt}: ${fates}.`}
    />
  );
}

interface SummaryProps {
  readonly event: EventWithDeliveries;
  readonly reveal: string | undefined;
}

function Summary({ event, reveal }: SummaryProps) {
  const { id, data, time } = event;
  const { title, texts, facts } = render(event);
  const messageId = data.message?.id ?? data.status?.messageId;
  return (
    <>
      {data.status?.errors && (
        <div class="card">
          <Failures errors={data.status.errors} />
        </div>
      )}
      {((texts.length > 0 && !data.status?.errors) || data.message) && (
        <div class="card">
          {data.message?.type !== "text" && <div class="muted">{title}</div>}
          {texts.map((text) => (
            <p key={text} class="said">
              <Told text={text} />
            </p>
          ))}
        </div>
      )}
      <dl class="facts">
        {person(event) !== "" && (
          <>
            <dt>Who</dt>
            <dd>
              <Told text={person(event)} />
            </dd>
          </>
        )}
        {facts.map(({ label, value }, index) => (
          <Fact key={index} label={label} value={value} />
        ))}
        {data.conversationId !== undefined && (
          <>
            <dt>Conversation</dt>
            <dd>
              <a href={href("conversations", data.conversationId)}>Chat</a>
              {", "}
              <a href={href("events", undefined, { conversation: data.conversationId })}>
                all its events
              </a>
            </dd>
          </>
        )}
        <dt>Happened</dt>
        <dd>
          <Time at={time} exact />
        </dd>
        <dt>Received</dt>
        <dd>
          <Time at={data.receivedAt} exact />
        </dd>
        <dt>Event</dt>
        <dd>
          <CopyId id={id} label="the event's id" />
        </dd>
        {messageId !== undefined && (
          <>
            <dt>Message</dt>
            <dd>
              <CopyId id={messageId} label="the message's id" />
            </dd>
          </>
        )}
      </dl>
      <Timeline id={id} reveal={reveal} />
    </>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd class="said">
        <Told text={value} />
      </dd>
    </>
  );
}

/** Without what the API says beside it. */
function eventOf({ deliveries: _, notDelivered: __, ...event }: EventWithDeliveries) {
  return event;
}

function Raw({ event }: { readonly event: EventWithDeliveries }) {
  const { data, ...rest } = eventOf(event);
  const { raw, ...read } = data;
  return (
    <div class="beside">
      <section>
        <h3>As Meta sent it</h3>
        <Json value={raw ?? null} label="The raw item" />
      </section>
      <section>
        <h3>As Waypost reads it</h3>
        <Json value={{ ...rest, data: read }} label="The event without its raw item" />
      </section>
    </div>
  );
}
