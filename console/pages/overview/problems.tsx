import type { Answer } from "../../api/client.ts";
import { Icon } from "../../ui/icon.tsx";

type Problem = Answer<"GET", "/api/status">["problems"][number];

/** What is wrong comes first, each with what to do. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) {
    return (
      <div class="notice good">
        <span class="tone-good">
          <Icon name="check" />
        </span>
        All is well.
      </div>
    );
  }
  return (
    <ul class="problems">
      {problems.map(({ level, what, remedy }) => (
        <li key={what} class={`notice ${level === "error" ? "bad" : "wait"}`}>
          <div>
            <strong>{what}</strong>
            <p class="said">{remedy}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
