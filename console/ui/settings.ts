import { effect, signal } from "@preact/signals";
import { serverNow } from "../api/clock.ts";
import type { Zone } from "../words/time.ts";

export type Theme = "system" | "light" | "dark";
export type TimeStyle = "relative" | Zone;

/** Kept in this browser: how it looks, never what it shows. */
function kept<T extends string>(name: string, values: readonly T[]) {
  const before = values.find((value) => value === localStorage.getItem(`waypost.${name}`));
  const setting = signal<T>(before ?? (values[0] as T));
  effect(() => localStorage.setItem(`waypost.${name}`, setting.value));
  return setting;
}

export const themes = ["system", "light", "dark"] as const;
export const theme = kept<Theme>("theme", themes);
export const timeStyles = ["relative", "local", "utc"] as const;
export const timeStyle = kept<TimeStyle>("time", timeStyles);

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === "system") delete dataset["theme"];
  else dataset["theme"] = theme.value;
});

/** The next of the list, and after the last the first. */
export function nextOf<T>(values: readonly T[], value: T): T {
  return values[(values.indexOf(value) + 1) % values.length] ?? value;
}

const narrowScreen = matchMedia("(max-width: 1000px)");
/** There is no room for a list and what is open of it side by side. */
export const narrow = signal(narrowScreen.matches);
narrowScreen.addEventListener("change", ({ matches }) => {
  narrow.value = matches;
});

/** Moves on by itself, so that "3 min ago" stays true. */
export const now = signal(serverNow());
effect(() => {
  now.value = serverNow();
});
setInterval(() => {
  if (!document.hidden) now.value = serverNow();
}, 5_000);
