import type { WaypostEvent, When } from "../../contracts.ts";

/** By name. */
export type Captures = Readonly<Record<string, string>>;

/** Pure; never throws, whatever other programs have published. */
export type Holds = (event: WaypostEvent) => boolean;

export interface ConditionTest {
  readonly holds: Holds;
  /** The named groups of the expression that took the event; absent of what has no expressions. */
  readonly captures?: (event: WaypostEvent) => Captures;
  /** Which part of it says no to an event that it does not hold for, where it has parts. */
  readonly part?: (event: WaypostEvent) => string | undefined;
}

/** One key of a `when` as a test. */
export interface Condition extends ConditionTest {
  readonly key: keyof When;
}

/** Of two groups with one name the first is kept. */
export function mergeCaptures(tests: readonly ConditionTest[], event: WaypostEvent): Captures {
  const found = tests.map(({ captures }) => captures?.(event) ?? {});
  return Object.fromEntries(found.reverse().flatMap((each) => Object.entries(each)));
}
