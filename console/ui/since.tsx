import { param, setParams } from "../app/route.ts";
import { capital } from "../words/event.ts";
import { sinceInWords } from "../words/moment.ts";
import { Icon } from "./icon.tsx";

const spans = ["1h", "24h", "7d", "30d"];

/** How far back a list goes. It moves on with the time: in a saved view as well. */
export function Since() {
  const value = param("from") ?? "";
  const others = value === "" || spans.includes(value) ? [] : [value];
  return (
    <span class="chip-select">
      <select
        class={`chip ${value === "" ? "" : "set"}`}
        aria-label="How far back"
        value={value}
        onChange={(event) => setParams({ from: event.currentTarget.value })}
      >
        <option value="">Any time</option>
        {[...spans, ...others].map((each) => (
          <option key={each} value={each}>
            {capital(sinceInWords(each))}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
}
