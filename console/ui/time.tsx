import { fullTime, relative, shortTime } from "../words/time.ts";
import { now, timeStyle } from "./settings.ts";

/** A moment as the viewer wants times; all three ways on hovering. `exact` where the order of seconds matters. */
export function Time({ at, exact = false }: { readonly at: string; readonly exact?: boolean }) {
  const zone = timeStyle.value === "utc" ? "utc" : "local";
  const shown =
    timeStyle.value === "relative" && !exact
      ? relative(at, now.value)
      : shortTime(at, now.value, zone);
  const title = `${fullTime(at, "local")}\n${fullTime(at, "utc")}\n${relative(at, now.value)}`;
  return (
    <time dateTime={at} title={title} class="time">
      {shown}
    </time>
  );
}
