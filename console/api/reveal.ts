import { signal } from "@preact/signals";
import { may, viewer } from "./viewer.ts";

/** By conversation, event or whatever else was revealed: why. Forgotten with the page. */
const reasons = signal<ReadonlyMap<string, string>>(new Map());

/** For the `reveal` of a call, and as a part of its resource's key. */
export function reasonFor(subject: string): string | undefined {
  return reasons.value.get(subject);
}

export function reveal(subject: string, reason: string): void {
  reasons.value = new Map(reasons.value).set(subject, reason);
}

/** Whether names and texts of this are hidden from who looks. */
export function isMasked(subject: string): boolean {
  if (viewer.value?.revealed) return false;
  return !may("content") || reasonFor(subject) === undefined;
}
