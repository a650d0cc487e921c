import { signal } from "@preact/signals";
import { type Answer, api } from "../api/client.ts";
import { may, viewer } from "../api/viewer.ts";
import { route } from "./route.ts";

export type View = Answer<"GET", "/api/views">["items"][number];

/** Of pages that have filters worth a name. */
const savable = new Set(["events", "conversations", "deliveries"]);

/** Own ones and those that others share, by name; undefined until they are known. */
export const views = signal<readonly View[] | undefined>(undefined);
export const viewsOpen = signal(false);

/** Leaves those that are known where the API does not answer. */
export async function loadViews(): Promise<void> {
  const { items } = await api.get("/api/views");
  views.value = items.toSorted((a, b) => a.name.localeCompare(b.name));
}

export function hrefOfView({ page, filter }: View): string {
  return filter === "" ? `#/${page}` : `#/${page}?${filter}`;
}

/** What a view of the page as it is would hold; undefined where there is nothing to save. */
export function presentFilter(): string | undefined {
  const { page, params } = route.value;
  const filter = new URLSearchParams(params);
  filter.delete("tab");
  return savable.has(page) && filter.size > 0 ? filter.toString() : undefined;
}

export function isMine({ owner }: View): boolean {
  return owner === viewer.value?.name || may("admin");
}
