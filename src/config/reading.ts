import type { Many } from "./raw-routing.ts";

/* What turns checked values of waypost.yaml into those that the program works with. */

export function many<T>(value: Many<T>): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

export function mapValues<T, U>(
  values: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
