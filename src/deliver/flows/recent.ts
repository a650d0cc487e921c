import type { EventQuery, WaypostEvent } from "../../contracts.ts";
import { compilePattern } from "../../event/pattern.ts";
import { receivedAt } from "./order.ts";

/** Most conversations have no more; a longer one is asked for what lies behind. */
const most = 20;

export interface WhichEvents {
  readonly types: readonly string[];
  /** In ms; `from` exclusive, `to` inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

/** The events of one conversation, newest first. Its last ones are read once, and most of what is asked at a turn is found among them. */
export interface Recent {
  newest(which: WhichEvents): Promise<readonly WaypostEvent[]>;
  /** undefined: it is not among the last. */
  find(id: string): Promise<WaypostEvent | undefined>;
}

export function recentEvents(conversation: string, query: Pick<EventQuery, "events">): Recent {
  let last: ReturnType<EventQuery["events"]> | undefined;
  const read = () => {
    last ??= query.events({ conversation }, { limit: most });
    return last;
  };
  return {
    async newest({ types, from, to, limit }) {
      const { items, next } = await read();
      const patterns = types.map(compilePattern);
      const found = items.filter((event) => {
        const at = receivedAt(event);
        if (at <= (from ?? -1) || at > (to ?? at)) return false;
        return patterns.some((matches) => matches(event.type));
      });
      const oldest = items.at(-1);
      const reachesBack = from !== undefined && oldest !== undefined && receivedAt(oldest) <= from;
      if (found.length >= limit || next === null || reachesBack) return found.slice(0, limit);
      const during = {
        ...(from !== undefined && { from: iso(from + 1) }),
        ...(to !== undefined && { to: iso(to + 1) }),
      };
      return (await query.events({ conversation, types, ...during }, { limit })).items;
    },
    find: async (id) => (await read()).items.find((event) => event.id === id),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
