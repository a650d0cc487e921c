import { gathered } from "../../support/gathered.ts";
import type { Reader } from "./reader.ts";

type Together = Pick<Reader, "aliases" | "conversationsById" | "messages" | "eventsById">;

/** What several ask for by ids in the same moment is one question. */
export function askedTogether(reader: Together): Together {
  return {
    aliases: rowsTogether(reader.aliases, (own, { from, to }) => own.has(from) || own.has(to)),
    conversationsById: rowsTogether(reader.conversationsById, (own, { _id }) => own.has(_id)),
    messages: rowsTogether(reader.messages, (own, { _id }) => own.has(_id)),
    eventsById: gathered(async (all: readonly (readonly string[])[]) => {
      const found = await reader.eventsById([...new Set(all.flat())]);
      return (ids) => new Map(ids.flatMap((id) => pairIn(found, id)));
    }),
  };
}

function rowsTogether<R>(
  ask: (ids: readonly string[]) => Promise<R[]>,
  isOf: (own: ReadonlySet<string>, row: R) => boolean,
): (ids: readonly string[]) => Promise<R[]> {
  return gathered(async (all: readonly (readonly string[])[]) => {
    const rows = await ask([...new Set(all.flat())]);
    return (ids) => {
      const own = new Set(ids);
      return rows.filter((row) => isOf(own, row));
    };
  });
}

function pairIn<K, V>(map: ReadonlyMap<K, V>, key: K): [K, V][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}
