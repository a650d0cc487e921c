import { effect, signal } from "@preact/signals";
import { may, viewer } from "./viewer.ts";

/**
 * By conversation, or of what belongs to none by its own id: why it was revealed. Holds on every page, until the page is loaded
 * anew or whoever looks logs out.
 */
const reasons = signal<ReadonlyMap<string, string>>(new Map());

effect(() => {
  if (viewer.value === null) reasons.value = new Map();
});

/** For the `reveal` of a call, and as a part of its resource's key. */
export function reasonFor(subject: string | undefined): string | undefined {
  return subject === undefined ? undefined : reasons.value.get(subject);
}

export function reveal(subject: string, reason: string): void {
  reasons.value = new Map(reasons.value).set(subject, reason);
}

/** A conversation has another id where it is shown as it is: both are revealed then. */
export function revealAlso(subject: string | undefined, reason: string | undefined): void {
  if (subject === undefined || reason === undefined || reasonFor(subject) !== undefined) return;
  reveal(subject, reason);
}

/** Whether names and texts of this are hidden from who looks. */
export function isMasked(subject: string): boolean {
  if (viewer.value?.revealed) return false;
  return !may("content") || reasonFor(subject) === undefined;
}

/** Of these conversations, those that were revealed, each once. */
export function revealedOf(
  conversations: readonly (string | undefined)[],
): readonly { readonly conversation: string; readonly reason: string }[] {
  if (viewer.value?.revealed) return [];
  return [...new Set(conversations)].flatMap((conversation) => {
    const reason = reasonFor(conversation);
    return conversation === undefined || reason === undefined ? [] : [{ conversation, reason }];
  });
}
