import { signal } from "@preact/signals";

/** How many need somebody, by page: what the navigation shows. */
export const counts = signal<Readonly<Record<string, number>>>({});
