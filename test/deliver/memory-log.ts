import type { BusMessage, WaypostEvent } from "../../src/contracts.ts";
import { aliasEdges } from "../../src/event/alias-edges.ts";
import { isQuarantined } from "../../src/event/event.ts";
import type { LedgerLog } from "../../src/store/ledger/ledger.ts";

type Edge = ReturnType<typeof aliasEdges>[number];

interface MemoryLog extends LedgerLog {
  add(item: BusMessage, expiresAt: number): void;
  /** Takes away what has expired by then. */
  expire(at: number): void;
}

/** What the ledger reads of the log, in memory. Aliases are asked for every delivery: so they are found by their ids. */
export function createMemoryLog(): MemoryLog {
  const items = new Map<string, BusMessage>();
  const expiresAt = new Map<string, number>();
  /** The edges at an id. */
  const edgesAt = new Map<string, Map<string, Edge>>();
  const known = (id: string) => {
    const item = items.get(id);
    return item === undefined || isQuarantined(item) ? undefined : item;
  };
  const remember = (event: WaypostEvent) => {
    for (const edge of aliasEdges(event)) {
      for (const end of [edge.from, edge.to]) {
        const edges = edgesAt.get(end) ?? new Map<string, Edge>();
        edgesAt.set(end, edges.set(JSON.stringify(edge), edge));
      }
    }
  };
  return {
    add(item, at) {
      items.set(item.id, item);
      expiresAt.set(item.id, at);
      if (!isQuarantined(item)) remember(item);
    },
    expire(at) {
      for (const [id, gone] of expiresAt) if (gone <= at) items.delete(id);
      edgesAt.clear();
      for (const item of items.values()) if (!isQuarantined(item)) remember(item);
    },
    async eventsById(ids) {
      const found = ids.map(known).filter((event) => event !== undefined);
      return new Map(found.map((event) => [event.id, event]));
    },
    // Enough for what the ledger's own tests ask; what the log answers has tests of its own.
    events: async () => [],
    places: async () => [],
    conversationsById: async () => [],
    conversationsOf: async (ids) => ids.flatMap((id) => known(id)?.data.conversationId ?? []),
    async keep(ids, until) {
      for (const id of ids) expiresAt.set(id, Math.max(expiresAt.get(id) ?? 0, until.getTime()));
    },
    aliases: async (ids) => [
      ...new Set(ids.flatMap((id) => [...(edgesAt.get(id)?.values() ?? [])])),
    ],
  };
}
