import { useLayoutEffect, useRef } from "preact/hooks";

/** How long a pointer that rests is still about to do something. */
const restMs = 3_000;

let movedAt = Number.NEGATIVE_INFINITY;
addEventListener(
  "pointermove",
  () => {
    movedAt = performance.now();
  },
  { passive: true },
);

/** What of these the focus of a keyboard is in, or a pointer that has just moved: it must not move away under either. */
export function underHand(selector: string): Element | undefined {
  const isHovering = performance.now() - movedAt < restMs;
  const all = [...document.querySelectorAll(selector)];
  return (
    all.find((each) => each.matches(":focus-visible") || each.querySelector(":focus-visible")) ??
    (isHovering ? all.findLast((each) => each.matches(":hover")) : undefined)
  );
}

/** Sorted, but while somebody has them in hand: then in the order of before, and last what is new. */
export function useSorted<T extends { readonly name: string }>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  isHeld: () => boolean,
): readonly T[] {
  const order = useRef<readonly string[]>([]);
  if (order.current.length === 0 || !isHeld())
    order.current = items.toSorted(compare).map(({ name }) => name);
  const places = new Map(order.current.map((name, at) => [name, at]));
  const place = ({ name }: T) => places.get(name) ?? items.length;
  return items.toSorted((a, b) => place(a) - place(b));
}

/**
 * What of these is under somebody's hand stays where it is seen, whatever comes or goes above it: the page scrolls by as much. Browsers do
 * that too, but not at the top of a page, where most are.
 */
export function useStill(selector: string): void {
  const hand = underHand(selector);
  const top = hand?.getBoundingClientRect().top ?? 0;
  useLayoutEffect(() => {
    const page = hand?.isConnected && hand.closest(".content");
    if (page && page.scrollTop === 0) page.scrollTop = hand.getBoundingClientRect().top - top;
  });
}
