import type { EventQuery, SentMessages, WaypostEvent } from "../../contracts.ts";
import { arrivedMessageId } from "../../event/file-arrived.ts";
import { noSurroundings, type Surroundings } from "../attempt/surroundings.ts";
import type { Decider } from "./decide.ts";
import { marksOf } from "./marks.ts";
import { type ScopeParts, scopeOf } from "./scope.ts";
import { standingOf } from "./standing.ts";

interface Parts extends ScopeParts {
  readonly query: Pick<EventQuery, "event" | "events" | "message"> & SentMessages;
  readonly circumstances: Decider["circumstances"];
  /** Absent: no files are fetched. */
  readonly files?: Surroundings["files"];
}

/** What the log and the contacts say about an event, for the destinations that ask. */
export function createSurroundings(parts: Parts): Surroundings {
  const { query, circumstances, files = noSurroundings.files } = parts;
  return {
    scope: (event, route, names, transcript) =>
      scopeOf(names, route, circumstances(event, route), {
        ...parts,
        ...(transcript !== undefined && { transcript }),
      }),
    async concerned(event) {
      const id = arrivedMessageId(event) ?? concernedId(event);
      if (id === undefined) return undefined;
      const told = (await query.message(id))?.events;
      return told?.find(({ type, data }) => data.message !== undefined && sayingTypes.test(type));
    },
    files,
    standing: (event, answers = event.id) => standingOf(circumstances(event, ""), answers, parts),
    marks: (event, answers = event.id) => marksOf(event, answers, query),
    sentWith: (callback) => query.sentWith(callback),
    has: async (eventId) => (await query.event(eventId)) !== undefined,
  };
}

/** Of a wamid's events, those that say what the message is; of `standby` there are statuses too. */
const sayingTypes = /^whatsapp\.(message|outgoing|echo|history|standby)\./;

function concernedId({ data }: WaypostEvent): string | undefined {
  const { message, status } = data;
  const { reaction, edit, revoke, context } = message ?? {};
  const changed = edit?.originalMessageId ?? revoke?.originalMessageId;
  return status?.messageId ?? reaction?.messageId ?? changed ?? context?.id;
}
