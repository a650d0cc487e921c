export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Held<T> extends Page<T> {
  /** How many of the newest page are not among them, since they would push those that are. */
  readonly fresh: number;
  /** There may be more of them than that. */
  readonly isMore: boolean;
}

/** Nobody reads it: it is as it comes. */
export const unheld = <T>(page: Page<T>): Held<T> => ({ ...page, fresh: 0, isMore: false });

/**
 * The newest page for somebody who reads the one of before: its rows stay where they are, as they are by now. Those that left the
 * list go, but for `inHand`. What comes behind all of them moves nothing, and is shown.
 */
export function hold<T extends { readonly id: string }>(
  was: Page<T>,
  now: Page<T>,
  inHand: readonly string[],
): Held<T> {
  const latest = new Map(now.items.map((item, at) => [item.id, { item, at }]));
  const known = new Set(was.items.map(({ id }) => id));
  const others = now.items.filter(({ id }) => !known.has(id));
  // A row that changed may have moved, as a conversation does with each message: the others tell how far the newest page reaches.
  const last = was.items.findLastIndex((item) => isSame(item, latest.get(item.id)?.item));
  const end = latest.get(was.items[last]?.id ?? "")?.at ?? now.items.length;
  const behind = now.items.slice(end).filter(({ id }) => !known.has(id));
  // New ones above have pushed so many of the last rows off the newest page: nobody knows whether they have left the list.
  const isPushed = now.next !== null && behind.length === 0;
  const kept = was.items.filter(
    ({ id }, at) => latest.has(id) || inHand.includes(id) || (isPushed && at > last),
  );
  if (kept.length === 0) return unheld(now);
  return {
    items: [...kept.map((item) => latest.get(item.id)?.item ?? item), ...behind],
    next: isPushed ? was.next : now.next,
    fresh: others.length - behind.length,
    isMore: others.length === now.items.length && now.next !== null,
  };
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
