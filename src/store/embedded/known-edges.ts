import type { AliasEdge } from "../../event/alias-edges.ts";
import { edgeId } from "../contacts/aliases.ts";

/**
 * Which edges touch an id, as far as it was asked for lately: nobody else writes this file, so what was read stays true until
 * `learn` or `forgetAll`.
 */
export interface KnownEdges {
  of(ids: readonly string[]): Promise<AliasEdge[]>;
  /** These are in the file now. */
  learn(edges: readonly AliasEdge[]): void;
  /** Others are gone. */
  forgetAll(): void;
}

/** About 150 bytes each: most people have one edge at most. */
const mostIds = 20_000;

export function createKnownEdges(
  read: (ids: readonly string[]) => Promise<AliasEdge[]>,
): KnownEdges {
  const known = new Map<string, readonly AliasEdge[]>();
  // What was read before a change is not kept after it.
  let changes = 0;
  const keep = (ids: readonly string[], found: readonly AliasEdge[]) => {
    for (const id of ids) {
      known.set(
        id,
        found.filter(({ from, to }) => from === id || to === id),
      );
    }
    for (const id of known.keys()) {
      if (known.size <= mostIds) break;
      known.delete(id);
    }
  };
  const isKnown = (id: string, edge: AliasEdge) =>
    known
      .get(id)
      ?.some((each) => edgeId(each) === edgeId(edge) && (each.at ?? "") <= (edge.at ?? ""));
  return {
    async of(ids) {
      const had = ids.flatMap((id) => known.get(id) ?? []);
      const missing = ids.filter((id) => !known.has(id));
      const before = changes;
      const found = missing.length === 0 ? [] : await read(missing);
      if (changes !== before) return read(ids);
      keep(missing, found);
      const edges = [...had, ...found].map((edge) => [edgeId(edge), edge] as const);
      return [...new Map(edges).values()];
    },
    learn(edges) {
      for (const edge of edges) {
        const ids = [edge.from, edge.to];
        // Nearly every message tells again what is known.
        if (ids.every((id) => isKnown(id, edge))) continue;
        for (const id of ids) known.delete(id);
        changes += 1;
      }
    },
    forgetAll() {
      known.clear();
      changes += 1;
    },
  };
}
