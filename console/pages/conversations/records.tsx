import type { WaypostEvent } from "../../../src/event/event.ts";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/resource.ts";
import { isMasked } from "../../api/reveal.ts";
import { href } from "../../app/route.ts";
import { Icon } from "../../ui/icon.tsx";
import { Absent } from "../../ui/states.tsx";
import { Time } from "../../ui/time.tsx";
import { recordsOf } from "../../words/record.ts";

interface Props {
  /** `ctc_…`. */
  readonly contact: string;
  /** What is revealed. */
  readonly subject: string;
  readonly reveal: string | undefined;
}

const type = ["business.record.created", "business.record.updated"];

/** What destinations made of the person in their own systems, and where it is looked at there. */
export function Records({ contact, subject, reveal }: Props) {
  const masked = isMasked(subject);
  const { data, problem, reload } = useResource(
    `records ${contact} ${masked} ${reveal}`,
    async (signal): Promise<readonly WaypostEvent[]> => {
      if (masked) return [];
      return (await api.get("/api/events", { query: { contact, type }, reveal, signal })).items;
    },
  );
  const records = recordsOf(data ?? []);
  return (
    <section>
      <h3>In your systems</h3>
      {data === undefined && <Absent problem={problem} retry={reload} rows={2} />}
      {data && records.length === 0 && (
        <p class="muted">
          {masked
            ? "Reveal the conversation to see what was made of them."
            : "No destination has told of a record of theirs yet."}
        </p>
      )}
      <ul class="records">
        {records.map(({ destination, object, id, url, at, event }) => (
          <li key={`${destination} ${object} ${id}`}>
            <a href={href("destinations", destination)}>{destination}</a>
            <span class="clip">
              {url === undefined ? (
                <bdi>
                  {object} {id}
                </bdi>
              ) : (
                <a href={url} target="_blank" rel="noreferrer">
                  <bdi>
                    {object} {id}
                  </bdi>{" "}
                  <Icon name="sent" />
                </a>
              )}
            </span>
            <span class="muted">
              <a class="plain" href={href("events", event)} title="How it came about">
                <Time at={at} />
              </a>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
