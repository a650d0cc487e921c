import type { Ledger, WaypostEvent } from "../contracts.ts";
import { gathered } from "../support/gathered.ts";

export type Body = WaypostEvent | "quarantined" | undefined;

/** The events of open rows: those that came lately from memory, all others from the log. */
export interface Bodies {
  keep(event: WaypostEvent): void;
  /** undefined: the log does not have it yet. Rejects with StoreError. */
  get(id: string): Promise<Body>;
}

const defaultMaxBytes = 64 * 1024 * 1024;

/** As JSON, so that their size is known. What is asked for together is one question to the log. */
export function createBodies(
  { bodies }: Pick<Ledger, "bodies">,
  maxBytes = defaultMaxBytes,
): Bodies {
  const kept = new Map<string, string>();
  let bytes = 0;
  const ask = gathered(async (ids: readonly string[]) => {
    const found = await bodies(ids);
    return (id): Body => found.get(id);
  });
  const sizeOf = (json: string) => 2 * json.length;
  const drop = (id: string, json: string) => {
    kept.delete(id);
    bytes -= sizeOf(json);
  };
  return {
    keep(event) {
      if (kept.has(event.id)) return;
      const json = JSON.stringify(event);
      kept.set(event.id, json);
      bytes += sizeOf(json);
      for (const [id, oldest] of kept) {
        if (bytes <= maxBytes) break;
        drop(id, oldest);
      }
    },
    async get(id) {
      const json = kept.get(id);
      if (json === undefined) return ask(id);
      // Used last: goes last.
      kept.delete(id);
      kept.set(id, json);
      return JSON.parse(json);
    },
  };
}
