import type { Answer } from "../api/client.ts";
import { useResource } from "../api/resource.ts";
import { askStatus } from "../api/status.ts";

/** How many need somebody, by page: what the navigation shows. Nothing while it is not known. */
export function useCounts(): Readonly<Record<string, number>> {
  const { data } = useResource("counts", askStatus, { everyMs: 20_000 });
  return data === undefined ? {} : countsOf(data);
}

function countsOf({ destinations, store }: Answer<"GET", "/api/status">): Record<string, number> {
  return {
    destinations: destinations.filter(({ state }) => state !== "delivering").length,
    deliveries: destinations.reduce((sum, { dead = 0 }) => sum + dead, 0),
    unreadable: store.stats?.quarantine ?? 0,
  };
}
