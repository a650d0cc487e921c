import type { Silences, WaypostEvent } from "../../src/contracts.ts";
import { type AliasEdge, aliasEdges } from "../../src/event/alias-edges.ts";
import { createSilences } from "../../src/store/conversations/silences.ts";
import { project } from "../../src/store/log/projection.ts";
import { joinChanges, markOf, type RowChange, rowOf } from "../../src/store/log/row-change.ts";
import type { ConversationRow } from "../../src/store/log/views.ts";

export interface MemorySilences extends Silences {
  append(events: readonly WaypostEvent[]): void;
  /** How many marks were read. */
  reads: number;
}

/** Silences as the stores have them, in memory. */
export function createMemorySilences(): MemorySilences {
  const joined = new Map<string, RowChange>();
  const marks = new Map<string, string>();
  const edges: AliasEdge[] = [];
  const silences = createSilences(
    {
      async between({ after, to }, limit) {
        const found = [...marks].filter(([, at]) => at > after && at <= to);
        found.sort(([, a], [, b]) => (a < b ? -1 : 1));
        const page = found.slice(0, limit);
        memory.reads += page.length;
        return page.map(([id, openSince]) => ({ id, openSince }));
      },
      async clear(cleared) {
        for (const { id, openSince } of cleared) {
          if (marks.get(id) === openSince) marks.delete(id);
        }
      },
    },
    {
      aliases: async (ids) =>
        edges.filter(({ from, to }) => ids.includes(from) || ids.includes(to)),
      conversationsById: async (ids) =>
        ids.flatMap((id) => {
          const known = joined.get(id);
          return known === undefined ? [] : [rowOf<ConversationRow>(known)];
        }),
    },
  );
  const memory: MemorySilences = {
    ...silences,
    reads: 0,
    append(events) {
      edges.push(...events.flatMap(aliasEdges));
      for (const { conversation } of events.map(project)) {
        if (conversation === undefined) continue;
        const { id } = conversation;
        const known = joined.get(id);
        joined.set(id, known === undefined ? conversation : joinChanges(known, conversation));
        const mark = markOf(conversation);
        if (mark !== undefined && mark > (marks.get(id) ?? "")) marks.set(id, mark);
      }
    },
  };
  return memory;
}
